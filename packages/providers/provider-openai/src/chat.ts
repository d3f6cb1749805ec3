/**
 * Providers for Chat Completions only, for smaller bundles.
 * @module
 */
import type { Provider } from '@majordomo/core';
import { chatProvider, openai, type ChatOptions, type Profile } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { chatDsnSchemes } from './dsn-schemes.ts';

export { chatFacts, type ChatFacts } from '@majordomo/openai-wire';
export type { ChatOptions, Profile } from '@majordomo/openai-wire';

/**
 * Creates a provider for OpenAI that supports only chat models over Chat Completions. This entry point makes bundles smaller. The
 * key is `apiKey`, or otherwise OPENAI_API_KEY in the `env` of the call. If no key is set, a call fails with kind `auth`.
 */
export const createOpenAI = (options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, openai, options),
  schemes: chatDsnSchemes(openaiCompatible),
});

/** Creates a chat provider for a server that implements Chat Completions. `profile` describes the server. */
export const openaiCompatible = (profile: Profile, options: ChatOptions = {}): Provider => ({
  ...chatProvider(SDK, profile, options),
  schemes: chatDsnSchemes(openaiCompatible),
});
