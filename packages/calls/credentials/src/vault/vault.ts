import type { Secret } from '../secret.ts';

/** Stored key, or stored tokens of a login. */
export interface StoredCredential {
  readonly kind: 'key' | 'oauth';
  /** Key or access token. */
  readonly value: Secret;
  /** Refresh token, if the authority issued one. */
  readonly refresh?: Secret | undefined;
  /** Time at which the access token was issued, in epoch milliseconds. */
  readonly issuedAt?: number | undefined;
  /** Expiry of the access token, in epoch milliseconds. */
  readonly expiresAt?: number | undefined;
  /** Reason why the entry cannot be used until the user logs in again. */
  readonly dead?: string | undefined;
  /** Description of the entry for users. */
  readonly label?: string | undefined;
}

/** Entry without its secrets. */
export interface VaultEntry {
  readonly name: string;
  readonly kind: 'key' | 'oauth';
  /** Expiry of the access token, in epoch milliseconds. */
  readonly expiresAt: number | undefined;
  /** Reason why the entry cannot be used until the user logs in again. */
  readonly dead: string | undefined;
}

/** Function that returns the new entry, or `undefined` to remove the entry. */
export type Change = (
  now: StoredCredential | undefined,
) => StoredCredential | undefined | Promise<StoredCredential | undefined>;

/** Store of keys and tokens by name. `get`, `update` and `list` reject with `config` if the store cannot be used. */
export interface Vault {
  /** Returns the current entry, including changes by other processes; `undefined` if no entry has this name. */
  get(name: string): Promise<StoredCredential | undefined>;
  /**
   * Reads, changes and writes an entry under a lock that other processes respect, and returns the new entry. Writes nothing if
   * `change` returns the same object. Rejects with `config` if the new entry is not a credential.
   */
  update(name: string, change: Change): Promise<StoredCredential | undefined>;
  /** Returns all entries without their secrets. */
  list(): Promise<readonly VaultEntry[]>;
  /** Returns the secrets that this process has read or written, for a redactor. */
  secrets(): Iterable<string>;
}

/** Returns an entry without its secrets. */
export const vaultEntry = (name: string, { kind, expiresAt, dead }: StoredCredential): VaultEntry => ({
  name,
  kind,
  expiresAt,
  dead,
});
