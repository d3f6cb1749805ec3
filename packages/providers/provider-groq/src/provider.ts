import type { Provider } from '@majordomo/core';
import { chatProvider, otherModels, groq } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import type { GroqModelId } from './model-ids.ts';
import type { GroqOptions } from './options.ts';

/**
 * Creates a provider that calls Groq through the Groq SDK. The key is `apiKey`, or otherwise GROQ_API_KEY in the `env` of the
 * call. If no key is set, a call fails with kind `auth`. The first call loads the SDK. Pass Groq settings (`service_tier`,
 * `compound_custom`, `search_settings`) in `extra: { groq: … }`.
 */
export function createGroq<Id extends string = 'groq'>(
  options?: GroqOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, GroqModelId>;
export function createGroq(options: GroqOptions = {}): Provider {
  // The SDK adds `/openai/v1` to the base URL itself, and has no setting for another path.
  return chatProvider(
    SDK,
    { ...groq, baseURL: 'https://api.groq.com', baseURLEnvPath: undefined },
    options,
    otherModels,
  );
}
