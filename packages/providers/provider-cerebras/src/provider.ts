import type { Provider } from '@majordomo/core';
import { cerebras, chatProvider } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import type { CerebrasModelId } from './model-ids.ts';
import type { CerebrasOptions } from './options.ts';

/**
 * Creates a provider that calls Cerebras through the Cerebras SDK. The key is `apiKey`, or otherwise CEREBRAS_API_KEY in the
 * `env` of the call. If no key is set, a call fails with kind `auth`. The first call loads the SDK. Pass Cerebras settings
 * (`service_tier`, `queue_threshold`) in `extra: { cerebras: … }`.
 */
export function createCerebras<Id extends string = 'cerebras'>(
  options?: CerebrasOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, CerebrasModelId>;
export function createCerebras(options: CerebrasOptions = {}): Provider {
  // The base URL is the origin, because `prefix` of the SDK adds `/v1`.
  return chatProvider(
    SDK,
    { ...cerebras, baseURL: 'https://api.cerebras.ai', baseURLEnvPath: undefined },
    options,
  );
}
