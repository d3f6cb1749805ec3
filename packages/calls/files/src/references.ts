import { messageOf, type Clock, type FileReference } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';
import { layoutOf, type RecordStore } from '@majordomo/records';
import { hashOfText } from './content-hash.ts';

/** Time before the end of a file after which its id is not sent, in milliseconds. */
const EARLY_MS = 300_000;
/** Maximum time of an operation of the store, in milliseconds. */
const MAX_STORE_MS = 2000;
const SPACE = 'file-references';

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

const REFERENCE = layoutOf<StoredReference>('the reference to uploaded content', 1);

/** Stored ids of uploaded files. The store never fails a call: without it, content is uploaded again. */
export class References {
  private readonly records: RecordStore;
  private readonly clock: Clock;

  constructor(records: RecordStore, clock: Clock) {
    this.records = records;
    this.clock = clock;
  }

  /** Returns the key of content. It reveals neither the account nor the tenant nor the content. */
  keyOf({ account, tenant, sha256, mediaType }: ContentKey): Promise<string> {
    return hashOfText(JSON.stringify([account, tenant ?? null, sha256, mediaType]));
  }

  /** Returns the reference of a file that the vendor stores for longer than `EARLY_MS`, or `undefined`. */
  async get(key: string, onFailure: (why: string) => void): Promise<StoredReference | undefined> {
    return this.tryStore(async () => {
      const record = await this.records.get(SPACE, key);
      const reference = record && REFERENCE.read(key, record.value);
      return reference && reference.expiresAt - EARLY_MS > this.clock.now() ? reference : undefined;
    }, onFailure);
  }

  async set(key: string, reference: StoredReference, onFailure: (why: string) => void): Promise<void> {
    const keepMs = reference.expiresAt - EARLY_MS - this.clock.now();
    const put = { type: 'put', key, value: REFERENCE.write(reference), keepMs } as const;
    if (keepMs > 0) await this.tryStore(() => this.records.write(SPACE, [put]), onFailure);
  }

  /** Deletes a reference. Rejects with the error of the store, because the application requests the deletion, and not a call. */
  async delete(key: string): Promise<void> {
    await this.records.write(SPACE, [{ type: 'remove', key }]);
  }

  private async tryStore<T>(
    work: () => Promise<T>,
    onFailure: (why: string) => void,
  ): Promise<T | undefined> {
    try {
      return await withTimeout(Promise.resolve(invoke(work)), MAX_STORE_MS, this.clock, {
        isBackground: true,
      });
    } catch (error) {
      onFailure(messageOf(error));
      return undefined;
    }
  }
}
