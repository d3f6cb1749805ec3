import type { CallEntry, CallLog, CallStats, CallStatsQuery, CallStore } from '@majordomo/admin';
import { fakeClock } from '@majordomo/testing';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { storeCase, type StoreCase } from './store-case.ts';
import { call, entries, isoAt, matches, queries, random, START, type CallStores } from './stored-calls.ts';

const DAY_MS = 86_400_000;

/** Returns `stats` of a call log over the store. Loads `@majordomo/admin` here, because it is an optional peer. */
export async function statsOf(store: CallStore): Promise<CallLog['stats']> {
  const { createCallLog } = await import('@majordomo/admin');
  // The time is after all entries, and none of them is too old to be kept.
  const log = createCallLog({ store, clock: fakeClock(START + 90 * DAY_MS), keepMs: 365 * DAY_MS });
  return (query) => log.stats(query);
}

/** Asserts that the rows that `stats` returns for a query agree with the entries that match the query. */
async function checkStats(
  store: CallStore,
  all: readonly CallEntry[],
  query: Omit<CallStatsQuery, 'zone'>,
): Promise<void> {
  const { by, ...filter } = query;
  const stats = await statsOf(store);
  const rows = await stats(query);
  const valueOf = (entry: CallEntry, name: string): string => {
    if (name === 'kind') return entry.error?.kind ?? '';
    // Without a zone, hours and days are those of UTC.
    if (name === 'hour' || name === 'day') return entry.at.slice(0, name === 'hour' ? 13 : 10);
    return entry[name as 'model'] ?? '';
  };
  const keyOf = (entry: CallEntry): string => JSON.stringify(by.map((name) => valueOf(entry, name)));
  const groups = new Map<string, CallEntry[]>();
  for (const entry of all.filter((each) => matches(each, filter)))
    groups.set(keyOf(entry), [...(groups.get(keyOf(entry)) ?? []), entry]);
  equal(rows.length, groups.size, JSON.stringify(query));
  for (const row of rows) checkRow(row, groups.get(JSON.stringify(by.map((name) => row.key[name]))) ?? []);
}

const rank = (values: readonly number[], share: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(values.length * share)) - 1];

/** Asserts that a percentile deviates from the exact value by at most 5 %. */
function near(actual: number | undefined, values: readonly number[], share: number): void {
  const exact = rank(values, share);
  if (exact === undefined) equal(actual, undefined);
  else
    ok(actual !== undefined && Math.abs(actual - exact) <= exact * 0.05, `${actual} is not ${exact} ± 5 %`);
}

/** Cases of the statistics that a call log computes from a store. */
export const callStatsCases: readonly StoreCase<CallStores>[] = [
  storeCase('sums groups, with percentiles within 5 % of the nearest rank', async (mine, theirs) => {
    // The second argument is the seed of the random entries.
    const all = entries(300, 54);
    await mine.append(all);
    const groupings: readonly CallStatsQuery[] = [
      { by: [] },
      { by: ['model'] },
      { by: ['tenant', 'outcome'] },
      { by: ['kind', 'key', 'target'], operation: 'chat', minMs: 100 },
    ];
    for (const query of groupings) await checkStats(theirs, all, query);
  }),
  storeCase(
    'sums what its entries sum to, after random additions, replacements and deletions by two processes',
    async (mine, theirs) => {
      // `next(n)` returns an integer from 0 to n, exclusive.
      const next = random(55);
      const all = new Map<string, CallEntry>();
      const dimensions = ['model', 'target', 'tenant', 'key', 'outcome', 'kind', 'hour', 'day'] as const;
      for (let round = 0; round < 12; round++) {
        const store = next(2) === 0 ? mine : theirs;
        const known = [...all.keys()];
        const written = entries(40, 56 + round).map((entry) => {
          const id = next(3) === 0 ? known[next(known.length)] : undefined;
          return { ...entry, id: id ?? entry.id, at: isoAt(next(6 * 3_600_000)) };
        });
        await store.append(written);
        for (const entry of written) all.set(entry.id, entry);
        if (next(3) === 0) {
          const before = new Date(START + next(2 * 3_600_000));
          while ((await store.prune({ entries: before, content: before }, 20)) > 0);
          for (const { id, at } of [...all.values()]) if (Date.parse(at) < before.getTime()) all.delete(id);
        }
        const filters = queries([...all.values()], 70 + round);
        for (let query = 0; query < 6; query++) {
          const by = dimensions.filter(() => next(4) === 0);
          const from = next(2) === 0 ? undefined : new Date(START + next(6 * 3_600_000));
          const to = next(2) === 0 ? undefined : new Date(START + next(6 * 3_600_000));
          const filter = { ...filters[next(filters.length)], from, to };
          const other = store === mine ? theirs : mine;
          await checkStats(other, [...all.values()], { ...filter, by });
        }
      }
    },
  ),
  storeCase('does not store sums of an hour that has changed since it was read', async (mine, theirs) => {
    if (mine.hours === undefined || theirs.hours === undefined) return;
    const range = { from: START, to: START + 3_600_000, limit: 10, level: 'models' } as const;
    await mine.append([call('a', { content: { request: {}, response: undefined } })]);
    const [first] = await mine.hours.read(range);
    ok(first !== undefined);
    // A store does not read the sums.
    const sums = { models: '[]', callers: '[1]' };
    await theirs.append([call('b')]);
    // `first` has the version before the second entry.
    await mine.hours.write({ ...first, ...sums });
    const [second] = await theirs.hours.read(range);
    equal(second?.sums, undefined);
    await theirs.hours.write({ ...first, ...second, ...sums });
    equal((await mine.hours.read(range))[0]?.sums, '[]');
    equal((await mine.hours.read({ ...range, level: 'callers' }))[0]?.sums, '[1]');
    // A deleted entry changes the sums. Deleted content does not.
    const old = new Date(START + 1);
    equal(await mine.prune({ entries: new Date(START), content: old }, 10), 1);
    equal((await theirs.hours.read(range))[0]?.sums, '[]');
    await mine.append([call('c', { at: isoAt(1000) })]);
    await mine.prune({ entries: old, content: old }, 10);
    equal((await theirs.hours.read(range))[0]?.sums, undefined);
  }),
  storeCase('groups by hours and days of a time zone', async (mine) => {
    const at = (time: string): CallEntry => call(time, { at: `2026-${time}:00.000Z` });
    await mine.append(
      ['10-24T22:10', '10-24T23:50', '10-25T00:30', '10-25T01:30', '10-25T23:10'].map((time) => at(time)),
    );
    const stats = await statsOf(mine);
    const keys = async (query: CallStatsQuery) =>
      (await stats(query)).map(({ key, calls }) => [...Object.values(key), calls].join(' ')).sort();
    deepEqual(await keys({ by: ['day'] }), ['2026-10-24 2', '2026-10-25 3']);
    deepEqual(await keys({ by: ['day'], zone: 'Europe/Berlin' }), ['2026-10-25 4', '2026-10-26 1']);
    deepEqual(await keys({ by: ['hour'], zone: 'Europe/Berlin' }), [
      '2026-10-25T00 1',
      '2026-10-25T01 1',
      // This hour occurs twice, because the clocks go back.
      '2026-10-25T02 2',
      '2026-10-26T00 1',
    ]);
    deepEqual(await keys({ by: ['hour'], zone: 'Asia/Kathmandu' }), [
      '2026-10-25T03 1',
      '2026-10-25T05 1',
      '2026-10-25T06 1',
      '2026-10-25T07 1',
      '2026-10-26T04 1',
    ]);
  }),
];

function checkRow(row: CallStats, group: readonly CallEntry[]): void {
  const having = (outcome: CallEntry['outcome']): readonly CallEntry[] =>
    group.filter((entry) => entry.outcome === outcome);
  const finished = having('finished');
  const firsts = finished.flatMap(({ firstMs }) => firstMs ?? []);
  const streamed = finished.filter(({ isStreamed, firstMs }) => isStreamed === true && firstMs !== undefined);
  const tokens = streamed.reduce((sum, { usage }) => sum + (usage?.output ?? 0), 0);
  const contentMs = streamed.reduce((sum, { ms, firstMs = 0 }) => sum + ms - firstMs, 0);
  deepEqual(
    [row.calls, row.failed, row.refused, row.nanoUsd],
    [
      group.length,
      having('failed').length,
      having('refused').length,
      group.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n),
    ],
  );
  const durations = finished.map(({ ms }) => ms);
  near(row.p50Ms, durations, 0.5);
  near(row.p95Ms, durations, 0.95);
  near(row.p99Ms, durations, 0.99);
  near(row.firstP50Ms, firsts, 0.5);
  near(row.firstP95Ms, firsts, 0.95);
  if (contentMs === 0) equal(row.tokensPerSecond, undefined);
  else ok(Math.abs((row.tokensPerSecond ?? 0) - (tokens * 1000) / contentMs) < 0.01);
}
