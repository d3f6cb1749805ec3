import type { Env, Provider } from '@majordomo/core';
import { hasDsn } from './dsns.ts';

/** Hides a provider that a variable such as `LLM_OLLAMA` redefines: its package then serves DSN schemes only. */
export const underDsn = (provider: Provider, env: Env): Provider =>
  hasDsn(provider.id, env) ? { ...provider, id: `${provider.id}://` } : provider;
