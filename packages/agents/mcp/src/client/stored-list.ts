import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import { Entry, namedRecords, type OwnedOptions } from '../entry.ts';

/** Part of a server's list of tools that a later process needs. */
export interface StoredList {
  readonly tools: readonly ListedTool[];
  /** Fingerprint of each tool's last approved definition, or of its first definition if none was approved. */
  readonly definitions: readonly (readonly [name: string, fingerprint: string])[];
  readonly hasResources: boolean;
  /** Time at which a probe found that the server uses protocol 2025. */
  readonly legacyAt?: number | undefined;
}

/** Record of a server's list of tools. Writes run one after the other. */
export class ListEntry {
  private readonly entry: Entry<StoredList> | undefined;
  /** Resolves when the latest list is stored. */
  written: Promise<unknown> = Promise.resolve();

  constructor({ name, user, place, records }: OwnedOptions) {
    this.entry =
      records && new Entry({ records: namedRecords(records, `mcp "${name}"`), name, user, place }, 'tools');
  }

  /** Returns the stored list, or `undefined` if none is stored. */
  async read(): Promise<StoredList | undefined> {
    return (await this.entry?.read())?.data;
  }

  /** Stores the list after earlier writes. `list`: called then, so that the newest list is stored. */
  write(list: () => StoredList): void {
    const { entry } = this;
    if (entry === undefined) return;
    this.written = this.written.catch(() => undefined).then(() => entry.write(list()));
    // `ServerTools.start` reports the error.
    this.written.catch(() => undefined);
  }
}
