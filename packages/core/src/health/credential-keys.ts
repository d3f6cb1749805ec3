import { fnv1a } from '../bytes/fnv.ts';
import { credentialKey } from './tracker.ts';

/** Targets whose credential is kept. */
const MOST_TARGETS = 1000;

/**
 * Under which keys the health of credentials is kept. A credential's short name has the salt of this process in it: the
 * same one has another name in the next process, and none can be told from its name.
 */
export class CredentialKeys {
  private salt: string | undefined;
  /** By target: the credential that was used last. A key that is made anew is hashed anew by every map that it asks. */
  private readonly last = new Map<string, { readonly value: string; readonly key: string }>();

  constructor(salt?: string) {
    this.salt = salt;
  }

  of(target: string, value: string): string {
    const last = this.last.get(target);
    if (last?.value === value) return last.key;
    if (this.last.size >= MOST_TARGETS) this.last.clear();
    // Not before: Workers give no random values while a module is loaded.
    this.salt ??= crypto.randomUUID();
    const key = credentialKey(target, nameOf(value, this.salt));
    this.last.set(target, { value, key });
    return key;
  }
}

const nameOf = (value: string, salt: string): string =>
  fnv1a(salt + value).toString(36) + fnv1a(value + salt).toString(36);
