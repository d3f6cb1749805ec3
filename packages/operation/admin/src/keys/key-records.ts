import { LlmError } from '@majordomo/core';
import { layoutOf, type RecordStore, type StoredRecord } from '@majordomo/records';
import { sha256Hex } from '@majordomo/redact';
import type { KeyQuery, VirtualKey } from './key.ts';

/** Data of a key, as it is stored under the id. Contains hashes of secrets, but no secret. */
interface KeyData extends Omit<VirtualKey, 'id' | 'status'> {
  /** SHA-256 in hex of at most 2 accepted secrets, newest first. `until`: time from which the secret is refused, in ISO 8601. */
  readonly hashes: readonly { readonly sha256: string; readonly until?: string | undefined }[];
}

/** Stored key. */
export interface KeyRecord extends KeyData {
  readonly id: string;
  /** Version of the record, which changes with each change of the key. A new key has none. */
  readonly version: number;
}

const SPACE = 'keys';
/** Format of the records: their name in errors, and their version. */
const LAYOUT = layoutOf<KeyData>('the key', 1);

/** Keys in a store of records. Ids of newer keys are smaller, so the order of the ids is that of the lists. */
export class KeyRecords {
  private readonly records: RecordStore;

  constructor(records: RecordStore) {
    this.records = records;
  }

  /** Returns a key. Returns `known` if it is the stored version, because reading a value takes as long as fetching it. */
  async get(id: string, known?: KeyRecord): Promise<KeyRecord | undefined> {
    const record = await this.records.get(SPACE, id);
    if (record === undefined) return undefined;
    return record.version === known?.version ? known : keyOf(record);
  }

  /** Stores a new key of version 0, or replaces the key of this version. Rejects with `denied`, code `conflict`, if it has another. */
  async put({ id, version, ...data }: KeyRecord): Promise<void> {
    const value = LAYOUT.write(data);
    const change = { type: 'put', key: id, version, value, label: labelOf(data.tenant) } as const;
    if ((await this.records.write(SPACE, [change])) !== undefined) return;
    throw new LlmError(
      'denied',
      `key ${id}: another change was stored first; read the key and change it again`,
      { code: 'conflict' },
    );
  }

  /** Returns keys, newest first. */
  async list(query: { readonly limit: number } & Pick<KeyQuery, 'tenant' | 'after'>): Promise<KeyRecord[]> {
    const { tenant, after, limit } = query;
    const label = tenant === undefined ? undefined : labelOf(tenant);
    // In the order of the keys, `at` has no effect.
    const page = after === undefined ? undefined : { key: after, at: 0 };
    return (await this.records.list(SPACE, { label, after: page, limit })).map(keyOf);
  }

  /**
   * Calls `changed` with the id of each key that any process changes, and with `undefined` if changes may be missing. Resolves to
   * `undefined` if the store reports no changes.
   */
  async watch(changed: (id: string | undefined) => void): Promise<(() => Promise<void>) | undefined> {
    return this.records.watch?.(SPACE, changed);
  }
}

/** Returns the label of a tenant's keys. The name of a tenant may be longer than a label. */
const labelOf = (tenant: string | undefined): string =>
  tenant === undefined ? '' : sha256Hex(JSON.stringify(tenant));

const keyOf = ({ key, value, version }: StoredRecord): KeyRecord => ({
  ...LAYOUT.read(key, value),
  id: key,
  version,
});
