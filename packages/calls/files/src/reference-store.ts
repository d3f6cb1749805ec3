import type { CacheStore } from '@majordomo/cache';
import { messageOf, type Clock, type FileReference } from '@majordomo/core';
import { asNumber, asRecord, asText, invoke, withTimeout } from '@majordomo/core/toolkit';
import { hashOfText } from './content-hash.ts';

/** Time before the end of a file after which its id is not sent, in milliseconds. */
const EARLY_MS = 300_000;
/** Maximum time of an operation of the store, in milliseconds. */
const MAX_STORE_MS = 2000;

/** Facts that identify uploaded content. */
export interface ContentKey {
  /** Name of the account at the vendor. */
  readonly account: string;
  readonly tenant: string | undefined;
  readonly sha256: string;
  readonly mediaType: string;
}

/** Reference whose end is known. */
export interface StoredReference extends FileReference {
  readonly expiresAt: number;
}

/** Store of the ids of uploaded files. It never fails a call: without it, content is uploaded again. */
export class ReferenceStore {
  private readonly store: CacheStore;
  private readonly clock: Clock;

  constructor(store: CacheStore, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Returns the key of content. It reveals neither the account nor the tenant nor the content. */
  async keyOf({ account, tenant, sha256, mediaType }: ContentKey): Promise<string> {
    return `files/1/${await hashOfText(JSON.stringify([account, tenant ?? null, sha256, mediaType]))}`;
  }

  /** Returns the reference of a file that the vendor stores for 5 minutes or longer, or `undefined`. */
  async get(key: string, onFailure: (why: string) => void): Promise<StoredReference | undefined> {
    const found = asRecord(await this.tryStore((store) => store.get(key), onFailure));
    const [id, uri] = [asText(found['id']), asText(found['uri'])];
    const [size, expiresAt] = [asNumber(found['size']), asNumber(found['expiresAt'])];
    if (id === undefined || size === undefined || expiresAt === undefined) return undefined;
    if (expiresAt - EARLY_MS <= this.clock.now()) return undefined;
    return { id, size, expiresAt, ...(uri !== undefined && { uri }) };
  }

  async set(key: string, reference: StoredReference, onFailure: (why: string) => void): Promise<void> {
    const ttlMs = reference.expiresAt - EARLY_MS - this.clock.now();
    if (ttlMs > 0) await this.tryStore((store) => store.set(key, { ...reference }, ttlMs), onFailure);
  }

  /** Deletes a reference. Rejects with the error of the store. */
  async delete(key: string): Promise<void> {
    await this.store.delete(key);
  }

  private async tryStore(
    work: (store: CacheStore) => Promise<unknown>,
    onFailure: (why: string) => void,
  ): Promise<unknown> {
    try {
      const working = Promise.resolve(invoke(() => work(this.store)));
      return await withTimeout(working, MAX_STORE_MS, this.clock, true);
    } catch (error) {
      onFailure(messageOf(error));
      return undefined;
    }
  }
}
