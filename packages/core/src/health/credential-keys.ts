import { fnv1a } from '../bytes/fnv.ts';
import { credentialKey } from './tracker.ts';

/**
 * Under which keys the health of credentials is kept. A credential's short name has the salt of this process in it: the
 * same one has another name in the next process, and none can be told from its name.
 */
export class CredentialKeys {
  private salt: string | undefined;

  constructor(salt?: string) {
    this.salt = salt;
  }

  of(target: string, value: string): string {
    // Not before: Workers give no random values while a module is loaded.
    this.salt ??= crypto.randomUUID();
    return credentialKey(target, nameOf(value, this.salt));
  }
}

const nameOf = (value: string, salt: string): string =>
  fnv1a(salt + value).toString(36) + fnv1a(value + salt).toString(36);
