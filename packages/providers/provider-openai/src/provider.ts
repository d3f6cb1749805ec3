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
import type { OpenAIModelId } from './model-ids.ts';
import type { OpenAIOptions } from './options.ts';
import { chatDsnSchemes, responsesDsnSchemes } from './dsn-schemes.ts';

/**
 * Creates a provider that calls OpenAI through Responses or Chat Completions. The key is `apiKey`, or otherwise OPENAI_API_KEY in
 * the `env` of the call. If no key is set, a call fails with kind `auth`. The first call loads the SDK.
 */
export function createOpenAI<Id extends string = 'openai'>(
  options?: OpenAIOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, OpenAIModelId>;
export function createOpenAI(options: OpenAIOptions = {}): Provider {
  const createOtherModels = otherModelsOf(OPENAI_IMAGES);
  // The validation of the options rejects `null`.
  const provider =
    (options as OpenAIOptions | null)?.api === 'chat'
      ? chatProvider(SDK, openai, options as ChatOptions, createOtherModels)
      : responsesProvider(SDK, openaiResponses, options as ResponsesOptions, createOtherModels);
  return { ...provider, schemes: dsnSchemes() };
}

/**
 * Creates a provider for a server that implements Responses or Chat Completions. `profile` describes the server.
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
  return { ...provider, schemes: dsnSchemes() };
}

/** Returns a function that creates the models for operations other than chat. `images`: quirks of the image models. */
function otherModelsOf(images?: ImagesQuirks): CreateOtherModels {
  const createImageModels = imageModels(images);
  return (context) => ({ ...createImageModels(context), ...otherModels(context) });
}

const isResponses = (profile: Profile | ResponsesProfile): profile is ResponsesProfile =>
  // The validation of the options rejects a profile that is not an object.
  (profile as Partial<ResponsesProfile> | null | undefined)?.api !== undefined;

const dsnSchemes = (): Provider['schemes'] => ({
  ...chatDsnSchemes(openaiCompatible),
  ...responsesDsnSchemes(openaiCompatible),
});
