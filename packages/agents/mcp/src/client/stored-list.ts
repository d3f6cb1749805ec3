import { hash128, isRecord } from '@majordomo/core/toolkit';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { McpEndpoint, McpOptions } from '../options.ts';
import { namedStore, storedJson, type McpStore } from '../store.ts';

/** Part of a server's list of tools that a later process needs. */
export interface StoredList {
  readonly tools: readonly ListedTool[];
  /** Fingerprint of each tool's last approved definition, or of its first definition if none was approved. */
  readonly definitions: readonly (readonly [name: string, fingerprint: string])[];
  readonly hasResources: boolean;
  /** Time at which a probe found that the server uses protocol 2025. */
  readonly legacyAt?: number | undefined;
}

/** Entry of a store that contains a server's list of tools. Writes run one after the other. */
export class ListEntry {
  private readonly store: McpStore | undefined;
  /** Name that contains a hash of the address, because the address of a program may be long and contain secrets. */
  private readonly name: string;
  private readonly place: string;
  /** Resolves when the latest list is stored. */
  written: Promise<void> = Promise.resolve();

  constructor({ name, place, store }: McpOptions) {
    this.store = store && namedStore(store, `mcp "${name}"`);
    this.place = addressOf(place);
    this.name = `mcp/${name}/tools/${hash128(this.place)}`;
  }

  /** Returns the stored list, or `undefined` if the entry is missing, is damaged, or is the list of another server. */
  async read(): Promise<StoredList | undefined> {
    const entry = await storedJson(this.store, this.name);
    if (!isRecord(entry) || entry['place'] !== this.place) return undefined;
    return isList(entry) ? entry : undefined;
  }

  /** Removes the entry. */
  async remove(): Promise<void> {
    await this.store?.set(this.name, undefined);
  }

  write(list: () => StoredList): void {
    const { store } = this;
    if (store === undefined) return;
    const write = (): Promise<void> => store.set(this.name, JSON.stringify({ place: this.place, ...list() }));
    this.written = this.written.catch(() => undefined).then(write);
    // `ServerTools.start` reports the error.
    this.written.catch(() => undefined);
  }
}

const addressOf = (place: McpEndpoint): string =>
  'url' in place ? place.url : JSON.stringify([place.command, ...(place.args ?? [])]);

function isList(entry: Readonly<Record<string, unknown>>): entry is typeof entry & StoredList {
  const { tools, definitions, hasResources, legacyAt } = entry;
  return (
    Array.isArray(tools) &&
    tools.every(
      (tool) => isRecord(tool) && typeof tool['name'] === 'string' && isRecord(tool['inputSchema']),
    ) &&
    Array.isArray(definitions) &&
    definitions.every((pair) => Array.isArray(pair) && pair.every((text) => typeof text === 'string')) &&
    typeof hasResources === 'boolean' &&
    (legacyAt === undefined || typeof legacyAt === 'number')
  );
}
