import type { Provider } from '@majordomo/core';
import { chatProvider, openai, type ChatOptions, type Profile } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { chatSchemes } from './schemes.ts';

export type { ChatOptions, Profile } from '@majordomo/openai-wire';

/**
 * OpenAI over Chat Completions, and nothing else, for apps whose size counts: no Responses, no image models. The key is
 * `apiKey` or OPENAI_API_KEY of the call's `env`; without one the call fails with kind `auth`.
 */
export const createOpenAI = (options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, openai, options),
  schemes: chatSchemes(openaiCompatible),
});

/** Any server of Chat Completions, without image models: a vendor's profile, or one of your own. */
export const openaiCompatible = (profile: Profile, options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, profile, options),
  schemes: chatSchemes(openaiCompatible),
});
