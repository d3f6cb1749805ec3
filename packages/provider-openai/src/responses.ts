import type { Provider } from '@majordomo/core';
import {
  openaiResponses,
  responsesProvider,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { responsesSchemes } from './schemes.ts';

export type { ResponsesOptions, ResponsesProfile } from '@majordomo/openai-wire';

/**
 * Creates a provider for OpenAI over Responses, without Chat Completions and other models, for small bundles. The key is
 * `apiKey` or OPENAI_API_KEY in the `env` of the call; without one the call fails with kind `auth`.
 */
export const createOpenAI = (options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, openaiResponses, options),
  schemes: responsesSchemes(openaiCompatible),
});

/** Creates a provider for a server of Responses, by a vendor's profile or a custom one, without other models. */
export const openaiCompatible = (profile: ResponsesProfile, options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, profile, options),
  schemes: responsesSchemes(openaiCompatible),
});
