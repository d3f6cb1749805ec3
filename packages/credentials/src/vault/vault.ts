import type { Secret } from '../secret.ts';

/** Key, or tokens of a login. */
export interface StoredCredential {
  readonly kind: 'key' | 'oauth';
  /** Key or access token. */
  readonly value: Secret;
  /** Refresh token. */
  readonly refresh?: Secret | undefined;
  /** Time at which the access token was issued, in epoch milliseconds. */
  readonly issuedAt?: number | undefined;
  /** End of the access token, in epoch milliseconds. */
  readonly expiresAt?: number | undefined;
  /** Reason why it cannot be used before a new login. */
  readonly dead?: string | undefined;
  /** Description for people. */
  readonly label?: string | undefined;
}

/** Entry without its secrets. */
export interface VaultEntry {
  readonly name: string;
  readonly kind: 'key' | 'oauth';
  readonly expiresAt: number | undefined;
  readonly dead: string | undefined;
}

/** Returns the new entry; `undefined` removes it. */
export type Change = (
  now: StoredCredential | undefined,
) => StoredCredential | undefined | Promise<StoredCredential | undefined>;

/** Store of keys and tokens by name. Every method rejects with `config` if the store cannot be used. */
export interface Vault {
  /** Returns the current entry, also if another process wrote it. */
  get(name: string): Promise<StoredCredential | undefined>;
  /**
   * Reads, changes and writes an entry under a lock that other processes respect, and returns the new entry. Writes nothing if
   * `change` returns the same object. Rejects with `config` if the new entry is not a credential.
   */
  update(name: string, change: Change): Promise<StoredCredential | undefined>;
  /** Returns all entries without their secrets. */
  list(): Promise<readonly VaultEntry[]>;
  /** Returns the secrets that this process has read, for a redactor. */
  secrets(): Iterable<string>;
}

/** Returns an entry without its secrets. */
export const vaultEntry = (name: string, { kind, expiresAt, dead }: StoredCredential): VaultEntry => ({
  name,
  kind,
  expiresAt,
  dead,
});
