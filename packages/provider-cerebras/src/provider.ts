import type { Provider } from '@majordomo/core';
import { cerebras, chatProvider } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import type { CerebrasOptions } from './options.ts';

/**
 * Creates a provider that calls Cerebras through its SDK. The key is `apiKey`, or CEREBRAS_API_KEY in the `env` of the call.
 * A call without a key fails with kind `auth`. The first call loads the SDK. Pass settings of Cerebras (`service_tier`,
 * `queue_threshold`) in `extra: { cerebras: … }`.
 */
export function createCerebras(options: CerebrasOptions = {}): Provider {
  return chatProvider(
    SDK,
    { ...cerebras, baseURL: 'https://api.cerebras.ai', baseURLEnvPath: undefined },
    options,
  );
}
