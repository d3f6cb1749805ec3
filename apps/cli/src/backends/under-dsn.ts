import type { Env, Provider } from '@majordomo/core';
import { hasDsn } from './dsns.ts';

/**
 * `LLM_OLLAMA` says what `ollama` is: the package then serves schemes alone, under a name that no spec can have.
 */
export const underDsn = (provider: Provider, env: Env): Provider =>
  hasDsn(provider.id, env) ? { ...provider, id: `${provider.id}://` } : provider;
