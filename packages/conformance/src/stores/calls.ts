import type { CallEntry, CallQuery, CallStats, CallStatsQuery, CallStore } from '@majordomo/admin';
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { StoreCase } from './store-case.ts';
import { call, entries, isoAt, NANO_PER_CENT, plain, random, START } from './stored-calls.ts';

/** Two stores over the same empty data, as two processes have them. A store in memory appears twice. */
export type CallStores = readonly [mine: CallStore, theirs: CallStore];

const newestFirst = (a: CallEntry, b: CallEntry): number =>
  a.at === b.at ? (a.id > b.id ? -1 : 1) : a.at > b.at ? -1 : 1;

/** Functions by query member. Each one returns whether an entry meets the member's value. */
const CONDITIONS: {
  readonly [Name in keyof CallQuery]-?: (entry: CallEntry, value: NonNullable<CallQuery[Name]>) => boolean;
} = {
  from: ({ at }, from) => Date.parse(at) >= from.getTime(),
  to: ({ at }, to) => Date.parse(at) < to.getTime(),
  tenant: ({ tenant }, value) => tenant === value,
  key: ({ key }, value) => key === value,
  model: ({ model }, value) => model === value,
  target: ({ target }, value) => target === value,
  operation: ({ operation }, value) => operation === value,
  outcome: ({ outcome }, value) => outcome === value,
  kind: ({ error }, value) => error?.kind === value,
  minMs: ({ ms }, value) => ms >= value,
  minUsd: ({ nanoUsd }, value) =>
    nanoUsd !== undefined && Number(nanoUsd) >= Math.round(Number(value) * 100) * NANO_PER_CENT,
  id: (entry, value) => [entry.id, entry.requestId, entry.clientRequestId].includes(value),
};
const matches = (entry: CallEntry, query: CallQuery): boolean =>
  Object.entries(query).every(([name, value]) =>
    (CONDITIONS[name as keyof CallQuery] as (entry: CallEntry, value: unknown) => boolean)(entry, value),
  );

/** Returns one query for each single filter, and queries with random combinations of filters. */
function queries(all: readonly CallEntry[], seed: number): readonly CallQuery[] {
  const next = random(seed);
  const filters: Required<CallQuery> = {
    from: new Date(START + 20 * 3_600_000),
    to: new Date(START + 40 * 3_600_000),
    tenant: 'acme',
    key: 'key_1',
    model: 'fast',
    target: 'a/x',
    operation: 'chat',
    outcome: 'failed',
    kind: 'timeout',
    minMs: 2500,
    minUsd: '0.5',
    id: all[0]?.id ?? '',
  };
  const alone = Object.entries(filters).map(([name, value]) => ({ [name]: value }));
  const ids = [all[1]?.requestId, all[3]?.clientRequestId, 'none'].map((id) => ({ id: id ?? '' }));
  const together = Array.from({ length: 40 }, () => {
    const chosen = Object.entries(filters).filter(([name]) => name !== 'id' && next(4) === 0);
    return Object.fromEntries(chosen);
  });
  return [{}, ...alone, ...ids, ...together];
}

async function idsOf(store: CallStore, query: CallQuery, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: { readonly at: string; readonly id: string } | undefined;
  for (;;) {
    const page = await store.page({ ...query, limit, after });
    ids.push(...page.map(({ id }) => id));
    after = page.at(-1);
    if (page.length < limit) return ids;
  }
}

const rank = (values: readonly number[], share: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(values.length * share)) - 1];

/** Checks that a percentile deviates from the exact value by at most 5 %. */
function near(actual: number | undefined, values: readonly number[], share: number): void {
  const exact = rank(values, share);
  if (exact === undefined) equal(actual, undefined);
  else
    ok(actual !== undefined && Math.abs(actual - exact) <= exact * 0.05, `${actual} is not ${exact} ± 5 %`);
}

const STRINGS: readonly string[] = [
  '\0',
  'a\0b',
  '\uD800',
  'x\uDC00',
  '\\u0000',
  '😀',
  "'",
  '"',
  '\n',
  '%',
  '',
];

/** Cases that every store of calls must pass, for any test runner. */
export const callStoreConformance: readonly StoreCase<CallStores>[] = [
  {
    name: 'returns an entry as it was written, and its content by `get` only',
    async run(create) {
      const [mine, theirs] = await create();
      const entry = call('a', {
        requestId: 'r',
        clientRequestId: 'c',
        firstMs: 5,
        wire: 'openai-chat',
        isStreamed: true,
        status: 502,
        error: { kind: 'server', code: 'x', message: 'failed' },
        attempts: [
          {
            target: 't',
            outcome: 'failed',
            at: 0,
            ms: 1,
            firstMs: 1,
            kind: 'server',
            message: 'm',
            nanoUsd: '7',
          },
        ],
        nanoUsd: '9223372036854775807',
        warnings: ['dropped x: y'],
        metadata: { team: 'search', client: { user: 'u' } },
      });
      const content = { request: { messages: [] }, response: undefined };
      await mine.append([{ ...entry, content }]);
      deepEqual(plain(await theirs.get('a')), plain({ ...entry, content }));
      deepEqual(plain(await theirs.page({ limit: 10 })), plain([entry]));
      equal(await theirs.get('b'), undefined);
    },
  },
  {
    name: 'replaces an entry of the same id, and leaves its content as it is if the new entry has none',
    async run(create) {
      const [mine, theirs] = await create();
      const content = { request: { a: 1 }, response: { b: 2 } };
      await mine.append([call('a', { tenant: 'acme', content })]);
      await theirs.append([
        call('a', { tenant: 'beta', status: 200 }),
        call('b'),
        call('b', { status: 201 }),
      ]);
      deepEqual(plain(await mine.get('a')), plain(call('a', { tenant: 'beta', status: 200, content })));
      deepEqual(await idsOf(mine, { tenant: 'acme' }, 10), []);
      equal((await mine.get('b'))?.status, 201);
    },
  },
  {
    name: 'appends nothing and an empty list',
    async run(create) {
      const [mine] = await create();
      await mine.append([]);
      deepEqual(await mine.page({ limit: 10 }), []);
      deepEqual(await mine.stats({ by: ['model'] }), []);
    },
  },
  {
    name: 'filters by each member alone and by several together, newest first, in pages of any size',
    async run(create) {
      const [mine, theirs] = await create();
      const all = entries(300, 51);
      await mine.append(all.slice(0, 200));
      await theirs.append(all.slice(200));
      for (const query of queries(all, 52)) {
        const expected = all.filter((entry) => matches(entry, query)).toSorted(newestFirst);
        const ids = expected.map(({ id }) => id);
        for (const limit of [7, 400])
          deepEqual(await idsOf(theirs, query, limit), ids, JSON.stringify(query));
      }
    },
  },
  {
    name: 'neither repeats nor omits entries on pages while newer entries arrive',
    async run(create) {
      const [mine, theirs] = await create();
      const all = entries(60, 53);
      await mine.append(all);
      const listedIds: string[] = [];
      let after: { readonly at: string; readonly id: string } | undefined;
      for (let number = 0; ; number++) {
        const page = await theirs.page({ limit: 8, after });
        listedIds.push(...page.map(({ id }) => id));
        after = page.at(-1);
        await mine.append([call(`new_${number}`, { at: isoAt(90 * 86_400_000 + number) })]);
        if (page.length < 8) break;
      }
      deepEqual(
        listedIds,
        all.toSorted(newestFirst).map(({ id }) => id),
      );
    },
  },
  {
    name: 'sums groups, with percentiles within 5 % of the nearest rank',
    async run(create) {
      const [mine, theirs] = await create();
      const all = entries(300, 54);
      await mine.append(all);
      const groupings: readonly CallStatsQuery[] = [
        { by: [] },
        { by: ['model'] },
        { by: ['tenant', 'outcome'] },
        { by: ['kind', 'key', 'target'], operation: 'chat', minMs: 100 },
      ];
      for (const query of groupings) {
        const { by, ...filter } = query;
        const rows = await theirs.stats(query);
        const valueOf = (entry: CallEntry, name: string): string =>
          (name === 'kind' ? entry.error?.kind : entry[name as 'model']) ?? '';
        const keyOf = (entry: CallEntry): string => JSON.stringify(by.map((name) => valueOf(entry, name)));
        const groups = new Map<string, CallEntry[]>();
        for (const entry of all.filter((each) => matches(each, filter)))
          groups.set(keyOf(entry), [...(groups.get(keyOf(entry)) ?? []), entry]);
        equal(rows.length, groups.size);
        for (const row of rows)
          checkRow(row, groups.get(JSON.stringify(by.map((name) => row.key[name]))) ?? []);
      }
    },
  },
  {
    name: 'groups by hours and days of a time zone',
    async run(create) {
      const [mine] = await create();
      const at = (time: string): CallEntry => call(time, { at: `2026-${time}:00.000Z` });
      await mine.append(
        ['10-24T22:10', '10-24T23:50', '10-25T00:30', '10-25T01:30', '10-25T23:10'].map((time) => at(time)),
      );
      const keys = async (query: CallStatsQuery) =>
        (await mine.stats(query)).map(({ key, calls }) => [...Object.values(key), calls].join(' ')).sort();
      deepEqual(await keys({ by: ['day'] }), ['2026-10-24 2', '2026-10-25 3']);
      deepEqual(await keys({ by: ['day'], zone: 'Europe/Berlin' }), ['2026-10-25 4', '2026-10-26 1']);
      deepEqual(await keys({ by: ['hour'], zone: 'Europe/Berlin' }), [
        '2026-10-25T00 1',
        '2026-10-25T01 1',
        // The clocks go back: this hour occurs twice.
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
    },
  },
  {
    name: 'deletes old entries and old content, at most the given number of each',
    async run(create) {
      const [mine, theirs] = await create();
      const content = { request: { a: 1 }, response: undefined };
      const times = [0, 1, 2, 3, 4, 5];
      await mine.append(times.map((number) => call(`c${number}`, { at: isoAt(number), content })));
      const before = { entries: new Date(START + 2), content: new Date(START + 4) };
      equal(await theirs.prune(before, 1), 2);
      equal((await mine.page({ limit: 10 })).length, 5);
      let deleted = 0;
      for (let more = await theirs.prune(before, 1); more > 0; more = await theirs.prune(before, 1))
        deleted += more;
      ok(deleted >= 2);
      deepEqual(await idsOf(mine, {}, 10), ['c5', 'c4', 'c3', 'c2']);
      const contents = await Promise.all(
        times.map(async (number) => (await mine.get(`c${number}`))?.content),
      );
      deepEqual(plain(contents), plain([null, null, null, null, content, content]));
    },
  },
  {
    name: 'stores every string',
    async run(create) {
      const [mine, theirs] = await create();
      const all = STRINGS.map((text, number) =>
        call(`s${text}${number}`, {
          requestId: `r${text}`,
          tenant: text,
          model: text,
          target: text,
          key: text,
          error: { kind: text, code: text, message: text },
          metadata: { [text]: text },
          content: { request: { [text]: text }, response: undefined },
        }),
      );
      await mine.append(all);
      for (const entry of all) {
        deepEqual(plain(await theirs.get(entry.id)), plain(entry));
        const { tenant, key, model, target, error, requestId } = entry;
        const query = { tenant, key, model, target, kind: error?.kind, id: requestId };
        deepEqual(await idsOf(theirs, query, 10), [entry.id]);
      }
      const rows = await theirs.stats({ by: ['tenant', 'model'] });
      deepEqual(rows.map(({ key }) => key['tenant']).sort(), [...STRINGS].sort());
    },
  },
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
