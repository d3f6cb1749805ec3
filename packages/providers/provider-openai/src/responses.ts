/**
 * Providers for Responses only, for smaller bundles.
 * @module
 */
import type { Provider } from '@majordomo/core';
import {
  openaiResponses,
  responsesProvider,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { responsesDsnSchemes } from './dsn-schemes.ts';

export { responsesFacts, type ResponsesFacts, type ResponsesToolOptions } from '@majordomo/openai-wire';
export type { ResponsesOptions, ResponsesProfile } from '@majordomo/openai-wire';

/**
 * Creates a provider for OpenAI that supports only chat models over Responses. This entry point makes bundles smaller. The key is
 * `apiKey`, or otherwise OPENAI_API_KEY in the `env` of the call. If no key is set, a call fails with kind `auth`.
 */
export const createOpenAI = (options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, openaiResponses, options),
  schemes: responsesDsnSchemes(openaiCompatible),
});

/** Creates a chat provider for a server that implements Responses. `profile` describes the server. */
export const openaiCompatible = (profile: ResponsesProfile, options: ResponsesOptions = {}): Provider => ({
  ...responsesProvider(SDK, profile, options),
  schemes: responsesDsnSchemes(openaiCompatible),
});
