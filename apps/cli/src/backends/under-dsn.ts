import type { Env, Provider } from '@majordomo/core';
import { hasDsn } from './dsns.ts';

/** Changes the id of a provider if a variable such as `LLM_OLLAMA` defines this id. The provider then serves only DSNs. */
export const underDsn = (provider: Provider, env: Env): Provider =>
  hasDsn(provider.id, env) ? { ...provider, id: `${provider.id}://` } : provider;
