import { fnv1a } from '../bytes/fnv.ts';

/** A salt of this process: the same key has another name in the next one, and none can be told from its name. */
export const newSalt = (): string => crypto.randomUUID();

/** A short name for a credential. */
export const credentialHash = (salt: string, value: string): string =>
  fnv1a(`${salt}${value}`).toString(36) + fnv1a(`${value}${salt}`).toString(36);
