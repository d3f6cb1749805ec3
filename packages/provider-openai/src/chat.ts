import type { Provider } from '@majordomo/core';
import { chatProvider, openai, type ChatOptions, type Profile } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { chatSchemes } from './schemes.ts';

export type { ChatOptions, Profile } from '@majordomo/openai-wire';

/**
 * Creates a provider for OpenAI over Chat Completions, without Responses and other models, for small bundles. The key is
 * `apiKey` or OPENAI_API_KEY in the `env` of the call; without one the call fails with kind `auth`.
 */
export const createOpenAI = (options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, openai, options),
  schemes: chatSchemes(openaiCompatible),
});

/** Creates a provider for a server of Chat Completions, by a vendor's profile or a custom one, without other models. */
export const openaiCompatible = (profile: Profile, options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, profile, options),
  schemes: chatSchemes(openaiCompatible),
});
