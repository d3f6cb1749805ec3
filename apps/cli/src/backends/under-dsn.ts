import type { Env, Provider } from '@majordomo/core';
import { hasDsn } from './dsns.ts';

/** Hides a provider that a variable such as `LLM_OLLAMA` redefines. The provider then serves only schemes of DSNs. */
export const underDsn = (provider: Provider, env: Env): Provider =>
  hasDsn(provider.id, env) ? { ...provider, id: `${provider.id}://` } : provider;
