import { checkOptions } from '@majordomo/core/toolkit';
import type { CallDimension, CallEntry, CallQuery, CallStats, CallStatsQuery } from './call.ts';
import type { CallStore } from './call-store.ts';

const MAX_ENTRIES = 10_000;
const NANO = 1e9;

/** Creates a store in the memory of this process. `most`: maximum number of entries; the oldest are deleted. @default 10_000 */
export function memoryCallStore(options: { readonly most?: number | undefined } = {}): CallStore {
  checkOptions('memoryCallStore', options, { most: 1 });
  const { most = MAX_ENTRIES } = options;
  const byId = new Map<string, CallEntry>();
  const matching = (query: CallQuery): CallEntry[] =>
    [...byId.values()].filter((entry) => matches(entry, query));
  return {
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
    async stats(query) {
      const keyOf = keyFunction(query);
      const groups = new Map<string, { readonly key: CallStats['key']; readonly entries: CallEntry[] }>();
      for (const entry of matching(query)) {
        const key = keyOf(entry);
        const id = JSON.stringify(key);
        const group = groups.get(id) ?? { key, entries: [] };
        group.entries.push(entry);
        groups.set(id, group);
      }
      return Array.from(groups.values(), ({ key, entries }) => figures(key, entries));
    },
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
}

type Place = Pick<CallEntry, 'at' | 'id'>;

/** Compares ISO times as strings, because in UTC the order of the strings is the order of the times. */
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
    (minUsd === undefined || Number(entry.nanoUsd ?? -1) >= Math.round(Number(minUsd) * NANO)) &&
    (id === undefined || [entry.id, entry.requestId, entry.clientRequestId].includes(id))
  );
}

/** Returns a function that returns the group of an entry. */
function keyFunction({ by, zone = 'UTC' }: CallStatsQuery): (entry: CallEntry) => CallStats['key'] {
  // The Swedish locale formats dates like ISO 8601: `2026-11-20 23`.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  });
  const valueOf = (entry: CallEntry, name: CallDimension): string => {
    if (name === 'kind') return entry.error?.kind ?? '';
    if (name !== 'hour' && name !== 'day') return entry[name] ?? '';
    const label = format.format(Date.parse(entry.at)).replace(' ', 'T');
    return name === 'day' ? label.slice(0, label.indexOf('T')) : label;
  };
  return (entry) => Object.fromEntries(by.map((name) => [name, valueOf(entry, name)]));
}

function figures(key: CallStats['key'], entries: readonly CallEntry[]): CallStats {
  const finished = entries.filter(({ outcome }) => outcome === 'finished');
  const durations = finished.map(({ ms }) => ms);
  const firsts = finished.flatMap(({ firstMs }) => firstMs ?? []);
  let [tokens, contentMs] = [0, 0];
  for (const { isStreamed, firstMs, ms, usage } of finished) {
    if (isStreamed !== true || firstMs === undefined || usage?.output === undefined) continue;
    tokens += usage.output;
    contentMs += ms - firstMs;
  }
  return {
    key,
    calls: entries.length,
    failed: entries.filter(({ outcome }) => outcome === 'failed').length,
    refused: entries.filter(({ outcome }) => outcome === 'refused').length,
    p50Ms: quantile(durations, 0.5),
    p95Ms: quantile(durations, 0.95),
    p99Ms: quantile(durations, 0.99),
    firstP50Ms: quantile(firsts, 0.5),
    firstP95Ms: quantile(firsts, 0.95),
    tokensPerSecond: contentMs > 0 ? (tokens * 1000) / contentMs : undefined,
    nanoUsd: entries.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n),
  };
}

/** Returns a quantile by the nearest rank. `share`: from 0 to 1. */
const quantile = (values: readonly number[], share: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(values.length * share)) - 1];
