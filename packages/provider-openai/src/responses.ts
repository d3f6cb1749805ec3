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
 * OpenAI over Responses, and nothing else, for apps whose size counts: no Chat Completions, no image models. The key is
 * `apiKey` or OPENAI_API_KEY of the call's `env`; without one the call fails with kind `auth`.
 */
export const createOpenAI = (options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, openaiResponses, options),
  schemes: responsesSchemes(openaiCompatible),
});

/** Any server of Responses, without image models: a vendor's profile, or one of your own. */
export const openaiCompatible = (profile: ResponsesProfile, options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, profile, options),
  schemes: responsesSchemes(openaiCompatible),
});
