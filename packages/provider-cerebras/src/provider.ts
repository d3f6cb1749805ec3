import type { Provider } from '@majordomo/core';
import { cerebras, chatProvider } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import type { CerebrasOptions } from './options.ts';

/**
 * Cerebras over its own SDK. The key is `apiKey` or CEREBRAS_API_KEY of the call's `env`; without one the call fails
 * with kind `auth`. Nothing is loaded, and no connection is warmed, before the first call. What only Cerebras knows
 * (`service_tier`, `queue_threshold`) goes into `extra: { cerebras: … }`.
 */
export function createCerebras(options: CerebrasOptions = {}): Provider {
  return chatProvider(
    SDK,
    { ...cerebras, baseURL: 'https://api.cerebras.ai', baseURLEnv: 'CEREBRAS_BASE_URL' },
    options,
  );
}
