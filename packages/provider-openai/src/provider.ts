import type { Provider } from '@majordomo/core';
import type { ImagesQuirks } from '@majordomo/imagegen';
import {
  chatProvider,
  otherModels,
  openai,
  openaiResponses,
  responsesProvider,
  type ChatOptions,
  type CreateOtherModels,
  type Profile,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { imageModels, OPENAI_IMAGES } from './image.ts';
import type { OpenAIOptions } from './options.ts';
import { chatSchemes, responsesSchemes } from './schemes.ts';

/**
 * OpenAI, over Responses or Chat Completions. The key is `apiKey` or OPENAI_API_KEY of the call's `env`; without one
 * the call fails with kind `auth`. Nothing is loaded before the first call.
 */
export function createOpenAI(options: OpenAIOptions = {}): Provider {
  const createOtherModels = otherModelsOf(OPENAI_IMAGES);
  const provider =
    (options as OpenAIOptions | null)?.api === 'chat'
      ? chatProvider(SDK, openai, options as ChatOptions, createOtherModels)
      : responsesProvider(SDK, openaiResponses, options as ResponsesOptions, createOtherModels);
  return { ...provider, schemes: schemes() };
}

/**
 * Any server of one of the two wires: a vendor's profile, or one of your own.
 *
 * @example openaiCompatible({ id: 'lab', baseURL: 'http://gpu.lan:8000/v1', keyEnv: 'LAB_KEY' })
 */
export function openaiCompatible(profile: ResponsesProfile, options?: ResponsesOptions): Provider;
export function openaiCompatible(profile: Profile, options?: ChatOptions): Provider;
export function openaiCompatible(profile: Profile | ResponsesProfile, options: object = {}): Provider {
  const createOtherModels = otherModelsOf();
  const provider = isResponses(profile)
    ? responsesProvider(SDK, profile, options, createOtherModels)
    : chatProvider(SDK, profile, options, createOtherModels);
  return { ...provider, schemes: schemes() };
}

/** Pictures, vectors, transcripts and speech. */
function otherModelsOf(images?: ImagesQuirks): CreateOtherModels {
  const pictures = imageModels(images);
  return (place) => ({ ...pictures(place), ...otherModels(place) });
}

const isResponses = (profile: Profile | ResponsesProfile): profile is ResponsesProfile =>
  // A profile of another type is rejected where its options are checked.
  (profile as Partial<ResponsesProfile> | null | undefined)?.api !== undefined;

const schemes = (): Provider['schemes'] => ({
  ...chatSchemes(openaiCompatible),
  ...responsesSchemes(openaiCompatible),
});
