import { atLeast, checkOptions } from '@majordomo/core/toolkit';
import type { CallEntry, CallQuery } from './call.ts';
import type { CallFigures, CallStore } from './call-store.ts';

const MAX_ENTRIES = 10_000;
const NANO = 1e9;

/** Creates a store in the memory of this process, without sums of hours. Deletes the oldest entries above `most`, by default 10,000. */
export function memoryCallStore(options: { readonly most?: number | undefined } = {}): CallStore {
  checkOptions('memoryCallStore', options, { most: atLeast(1) });
  const { most = MAX_ENTRIES } = options;
  const byId = new Map<string, CallEntry>();
  const matching = (query: CallQuery): CallEntry[] =>
    [...byId.values()].filter((entry) => matches(entry, query));
  const store: CallStore = {
    async append(entries) {
      for (const entry of entries) {
        const content = entry.content ?? byId.get(entry.id)?.content;
        byId.set(entry.id, structuredClone(content === undefined ? entry : { ...entry, content }));
      }
      if (byId.size <= most) return;
      const surplus = [...byId.values()].toSorted(newestFirst).slice(most);
      for (const { id } of surplus) byId.delete(id);
    },
    async page({ limit, after, ...query }) {
      return matching(query)
        .toSorted(newestFirst)
        .filter((entry) => after === undefined || newestFirst(after, entry) < 0)
        .slice(0, limit)
        .map(({ content: _content, ...entry }) => entry);
    },
    get: async (id) => byId.get(id),
    figures: async (query) => (await store.page(query)).map(figuresOf),
    async prune(before, most) {
      const oldest = [...byId.values()].toSorted(newestFirst).toReversed();
      const entries = oldest.filter(({ at }) => at < before.entries.toISOString()).slice(0, most);
      for (const { id } of entries) byId.delete(id);
      const contents = oldest
        .filter(({ id, at, content }) => content && at < before.content.toISOString() && byId.has(id))
        .slice(0, most);
      for (const { content: _content, ...entry } of contents) byId.set(entry.id, entry);
      return entries.length + contents.length;
    },
  };
  return store;
}

type Place = Pick<CallEntry, 'at' | 'id'>;

/** Compares ISO times as strings. In UTC, strings have the same order as the times. */
const newestFirst = (a: Place, b: Place): number => {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  return a.id > b.id ? -1 : Number(a.id < b.id);
};

const SAME = ['tenant', 'key', 'model', 'target', 'operation', 'outcome'] as const;

function matches(entry: CallEntry, query: CallQuery): boolean {
  const { from, to, kind, minMs = 0, minUsd, id } = query;
  return (
    (from === undefined || entry.at >= from.toISOString()) &&
    (to === undefined || entry.at < to.toISOString()) &&
    SAME.every((name) => query[name] === undefined || query[name] === entry[name]) &&
    (kind === undefined || kind === entry.error?.kind) &&
    entry.ms >= minMs &&
    // An unknown cost, which is -1 here, does not match a minimum of 0 either.
    (minUsd === undefined || Number(entry.nanoUsd ?? -1) >= Math.round(Number(minUsd) * NANO)) &&
    (id === undefined || [entry.id, entry.requestId, entry.clientRequestId].includes(id))
  );
}

function figuresOf(entry: CallEntry): CallFigures {
  return {
    ...entry,
    at: Date.parse(entry.at),
    kind: entry.error?.kind,
    output: entry.isStreamed === true ? entry.usage?.output : undefined,
  };
}
