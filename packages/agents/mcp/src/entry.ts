import { LlmError, messageOf } from '@majordomo/core';
import { hash128 } from '@majordomo/core/toolkit';
import { layoutOf, type RecordStore, type StoredRecord } from '@majordomo/records';
import type { McpEndpoint, McpOptions } from './options.ts';
import type { Forwarding } from './forwarding.ts';

/** Space of the records of all toolboxes. */
export const SPACE = 'mcp';

/** Options of a toolbox, whose records belong to a user of `createMcpConnections` if `user` is set. */
export interface OwnedOptions extends McpOptions {
  /** User to whom the records of the toolbox belong. */
  readonly user?: string | undefined;
  /** Receiver of what the server sends, instead of `onElicit`, `sampling` and `roots`. */
  readonly forward?: Forwarding | undefined;
}

/** Toolbox whose records are read and written. */
export interface EntryOwner {
  readonly records: RecordStore;
  /** Name of the toolbox. */
  readonly name: string;
  /** User to whom the records belong. `undefined` for the records that all users share. */
  readonly user?: string | undefined;
  readonly place: McpEndpoint;
}

/** Data of an entry, with its record. */
export interface StoredEntry<Data> {
  readonly data: Data;
  readonly record: StoredRecord;
}

const LAYOUT = layoutOf<{ readonly place: string; readonly data: object }>('the record of MCP', 1);

/** Record of a toolbox. Its key contains a hash of the server's address, because the address may be long and contain secrets. */
export class Entry<Data extends object> {
  readonly key: string;
  private readonly records: RecordStore;
  private readonly place: string;

  /** @param tool tool of an approval */
  constructor(
    { records, name, user, place }: EntryOwner,
    kind: 'approval' | 'client' | 'login' | 'logins' | 'tools',
    tool?: string,
  ) {
    this.records = records;
    this.place = 'url' in place ? place.url : JSON.stringify([place.command, ...(place.args ?? [])]);
    const ofTool = tool === undefined ? [] : [hash128(tool)];
    this.key = JSON.stringify([name, user ?? null, kind, hash128(this.place), ...ofTool]);
  }

  /** Returns the data, or `undefined` if none is stored, or if it belongs to another server. */
  async read(): Promise<StoredEntry<Data> | undefined> {
    const record = await this.records.get(SPACE, this.key);
    if (record === undefined) return undefined;
    const { place, data } = LAYOUT.read(this.key, record.value);
    return place === this.place ? { data: data as Data, record } : undefined;
  }

  valueOf(data: Data): string {
    return LAYOUT.write({ place: this.place, data });
  }

  /**
   * Stores data, and returns whether it was stored.
   *
   * @param version version that the record must have; by default any
   * @param keepMs time after which the record is removed; by default never
   */
  async write(data: Data, version?: number, keepMs?: number): Promise<boolean> {
    const { key } = this;
    const value = this.valueOf(data);
    return (await this.records.write(SPACE, [{ type: 'put', key, value, version, keepMs }])) !== undefined;
  }

  /** Removes the record if it has a version, and returns whether it was removed. */
  async remove(version: number): Promise<boolean> {
    return (await this.records.write(SPACE, [{ type: 'remove', key: this.key, version }])) !== undefined;
  }
}

/** Start of the keys of a user's records. No key of another user starts with it, because quotes in names are escaped. */
export const userPrefix = (name: string, user: string): string =>
  `${JSON.stringify([name, user]).slice(0, -1)},`;

/**
 * Returns a store whose errors, other than an `LlmError`, have the kind `server` and begin with `label`. It has no search and no
 * watch.
 */
export function namedRecords(records: RecordStore, label: string): RecordStore {
  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (LlmError.is(error)) throw error;
      throw new LlmError('server', `${label}: the store failed: ${messageOf(error)}`, {}, { cause: error });
    }
  };
  return {
    get: (space, key) => named(async () => records.get(space, key)),
    write: (space, changes) => named(async () => records.write(space, changes)),
    list: (space, query) => named(async () => records.list(space, query)),
    counts: (space) => named(async () => records.counts(space)),
  };
}
