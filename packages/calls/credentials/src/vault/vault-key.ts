import { LlmError, type Credential } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import type { Vault } from './vault.ts';

/**
 * Returns a credential for a provider's `apiKey`. The credential reads the entry for every attempt. It fails with `auth` and
 * code `missing-key` if the entry does not exist, or code `login-required` if the entry needs a new login.
 */
export function vaultKey(vault: Vault, name: string): Credential {
  checkOptions('vaultKey', { vault, name }, { vault: 'object with get', name: 'string' }, ['vault', 'name']);
  return async () => {
    const entry = await vault.get(name);
    if (entry === undefined) {
      throw new LlmError(
        'auth',
        `the vault has no entry ${JSON.stringify(name)}; store a key under this name`,
        { code: 'missing-key' },
      );
    }
    if (entry.dead !== undefined) throw loginRequired(name, entry.dead);
    return entry.value.reveal();
  };
}

export const loginRequired = (name: string, why: string): LlmError =>
  loginError(`${JSON.stringify(name)} needs a new login: ${why}`);

export const loginError = (message: string): LlmError =>
  new LlmError('auth', message, { code: 'login-required', status: 401 });
