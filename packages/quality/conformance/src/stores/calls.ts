import type { CallEntry, CallQuery, CallStore } from '@majordomo/admin';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { callStatsCases, statsOf } from './call-stats.ts';
import { storeCase, type StoreCase } from './store-case.ts';
import { call, entries, isoAt, matches, plain, queries, START, type CallStores } from './stored-calls.ts';

/** Orders entries by time. Entries of the same time are ordered by id, also descending. */
function newestFirst(a: CallEntry, b: CallEntry): number {
  const isFirst = a.at === b.at ? a.id > b.id : a.at > b.at;
  return isFirst ? -1 : 1;
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
  storeCase('returns an entry as it was written, and its content by `get` only', async (mine, theirs) => {
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
  }),
  storeCase(
    'replaces an entry of the same id, and leaves its content as it is if the new entry has none',
    async (mine, theirs) => {
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
  ),
  storeCase('appends nothing and an empty list', async (mine) => {
    await mine.append([]);
    deepEqual(await mine.page({ limit: 10 }), []);
    deepEqual(await (await statsOf(mine))({ by: ['model'] }), []);
  }),
  storeCase(
    'filters by each member alone and by several together, newest first, in pages of any size',
    async (mine, theirs) => {
      // 51 and 52 are seeds of random entries and queries.
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
  ),
  storeCase('neither repeats nor omits entries on pages while newer entries arrive', async (mine, theirs) => {
    const all = entries(60, 53);
    await mine.append(all);
    const listedIds: string[] = [];
    let after: { readonly at: string; readonly id: string } | undefined;
    for (let number = 0; ; number++) {
      const page = await theirs.page({ limit: 8, after });
      listedIds.push(...page.map(({ id }) => id));
      after = page.at(-1);
      // 90 days after START, and so newer than all entries.
      await mine.append([call(`new_${number}`, { at: isoAt(90 * 86_400_000 + number) })]);
      if (page.length < 8) break;
    }
    deepEqual(
      listedIds,
      all.toSorted(newestFirst).map(({ id }) => id),
    );
  }),
  ...callStatsCases,
  storeCase('deletes old entries and old content, at most the given number of each', async (mine, theirs) => {
    const content = { request: { a: 1 }, response: undefined };
    const times = [0, 1, 2, 3, 4, 5];
    await mine.append(times.map((number) => call(`c${number}`, { at: isoAt(number), content })));
    const before = { entries: new Date(START + 2), content: new Date(START + 4) };
    equal(await theirs.prune(before, 1), 2);
    equal((await mine.page({ limit: 10 })).length, 5);
    let deleted = 0;
    for (let more = await theirs.prune(before, 1); more > 0; more = await theirs.prune(before, 1))
      deleted += more;
    // A store may count the content that is deleted with its entry, or not.
    ok(deleted >= 2);
    deepEqual(await idsOf(mine, {}, 10), ['c5', 'c4', 'c3', 'c2']);
    const contents = await Promise.all(times.map(async (number) => (await mine.get(`c${number}`))?.content));
    deepEqual(plain(contents), plain([null, null, null, null, content, content]));
  }),
  storeCase('stores every string', async (mine, theirs) => {
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
    const rows = await (await statsOf(theirs))({ by: ['tenant', 'model'] });
    deepEqual(rows.map(({ key }) => key['tenant']).sort(), [...STRINGS].sort());
  }),
];
