import type { KeyQuery, VirtualKey } from './key.ts';

/** Stored key, as JSON. Contains hashes of secrets, but no secret. */
export interface KeyRecord extends Omit<VirtualKey, 'status'> {
  /** SHA-256 in hex of at most 2 accepted secrets, newest first. `until`: time from which the secret is refused, in ISO 8601. */
  readonly hashes: readonly { readonly sha256: string; readonly until?: string | undefined }[];
  /** Version of the record. A new record has version 1, and each change increases the version by 1. */
  readonly version: number;
}

/** Store for keys. Every method is atomic. `keyStoreConformance` of `@majordomo/conformance` checks an implementation. */
export interface KeyStore {
  /**
   * Inserts a record of version 1, or replaces the record of the previous version. Rejects with `denied`, code `conflict`, if
   * another version is stored or another key has one of the hashes.
   */
  put(record: KeyRecord): Promise<void>;
  /** Returns the key with this hash, regardless of its state. A store that has the key in memory returns it synchronously. */
  find(sha256: string): KeyRecord | undefined | Promise<KeyRecord | undefined>;
  /** Returns the key with this id, or `undefined` if none exists. */
  get(id: string): Promise<KeyRecord | undefined>;
  /** Returns keys, newest first by `createdAt`, then by id. If no key has the id `after`, returns no keys. */
  list(query: Omit<KeyQuery, 'status'>): Promise<readonly KeyRecord[]>;
  /**
   * Calls `changed` with the id of each key that any process changes. Calls `changed` with `undefined` if changes may be missing:
   * when a lost connection is restored, and at least every 500 ms while it is lost. Resolves to a function that stops watching.
   */
  watch?(changed: (id: string | undefined) => void): Promise<() => Promise<void>>;
}
