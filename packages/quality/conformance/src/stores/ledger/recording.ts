import type { LedgerStore } from '@majordomo/ledger';
import { deepEqual } from 'node:assert/strict';
import type { StoreCase } from '../store-case.ts';
import { all, amounts, claim, ledgerCase, LONG_MS, spend } from './ledger-case.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();

/** Cases of spending records. */
export const recordCases: readonly StoreCase<LedgerStore>[] = [
  ledgerCase('returns a record unchanged', async (store) => {
    const record = spend({
      id: 'call/a/x/1',
      call: 'call',
      name: 'fast "one"',
      tenant: 'ü/😀',
      tags: { feature: "it's", empty: '' },
      usage: {
        input: 10,
        output: 0,
        cacheRead: 3,
        cacheWrite: undefined,
        reasoning: 0,
        details: {
          serviceTier: 'flex',
          serverTools: { web_search: 2 },
          reportedNanoUsd: '9007199254740993',
        },
      },
      nanoUsd: '9007199254740993',
      cacheSavedNanoUsd: '9007199254740995',
      cacheExtraNanoUsd: '0',
      missing: ['no price for cacheWrite'],
    });
    const bare = spend({
      id: 'bare',
      at: at(1),
      vendor: undefined,
      model: undefined,
      usage: undefined,
      nanoUsd: undefined,
      basis: 'unknown',
      outcome: 'abandoned',
    });
    await store.append(record);
    await store.append(bare);
    deepEqual(await all(store), [record, bare]);
  }),
  ledgerCase('ignores a repeated record', async (store) => {
    await store.append(spend({ id: '1' }));
    await store.append(spend({ id: '1', nanoUsd: '5' }));
    await Promise.all(['2', '2', '2'].map(async (id) => store.append(spend({ id }))));
    deepEqual(
      (await all(store)).map(({ id, nanoUsd }) => [id, nanoUsd]),
      [
        ['1', '1000'],
        ['2', '1000'],
      ],
    );
  }),
  ledgerCase('sorts records by time, then by the order of booking', async (store) => {
    for (const [id, second] of [
      ['late', 9],
      ['first', 1],
      ['c', 5],
      ['a', 5],
      ['b', 5],
    ] as const)
      await store.append(spend({ id, at: at(second) }));
    deepEqual(
      (await all(store)).map(({ id }) => id),
      ['first', 'c', 'a', 'b', 'late'],
    );
  }),
  ledgerCase('includes the start of a range and excludes its end', async (store) => {
    for (const second of [1, 2, 3, 4]) await store.append(spend({ id: `${second}`, at: at(second) }));
    const found = await all(store, { from: new Date(at(2)), to: new Date(at(4)) });
    deepEqual(
      found.map(({ id }) => id),
      ['2', '3'],
    );
    deepEqual(await all(store, { from: new Date(at(3)), to: new Date(at(3)) }), []);
  }),
  ledgerCase('finds records by call, tenant and target, separately and together', async (store) => {
    for (const call of ['1', '2'])
      for (const tenant of ['t', 'u', undefined])
        for (const target of ['a/x', 'b/y'])
          await store.append(spend({ id: `${call}${tenant ?? ''}${target}`, call, tenant, target }));
    const counts = await Promise.all(
      [
        {},
        { call: '1' },
        { tenant: 't' },
        { target: 'b/y' },
        { call: '2', tenant: 'u', target: 'a/x' },
        { call: 'no' },
        { tenant: '' },
      ].map(async (query) => (await all(store, query)).length),
    );
    deepEqual(counts, [12, 6, 4, 6, 1, 0, 0]);
  }),
  ledgerCase('reads thousands of records to the end with pauses', async (store) => {
    const many = 2500;
    for (let number = 0; number < many; number++)
      await store.append(spend({ id: `${number}`, at: at(Math.floor(number / 900)) }));
    let seen = 0;
    for await (const { id } of store.records({})) {
      deepEqual(id, `${seen++}`);
      if (seen % 500 === 0) await store.reserve(id, [claim({ max: 100n })], LONG_MS);
    }
    deepEqual([seen, await amounts(store)], [many, { a: [0n, 5n] }]);
  }),
  ledgerCase('allows a reader to stop early', async (store) => {
    for (const id of ['1', '2', '3']) await store.append(spend({ id }));
    for await (const { id } of store.records({})) {
      deepEqual(id, '1');
      break;
    }
    await store.append(spend({ id: '4' }));
    deepEqual((await all(store)).length, 4);
  }),
];
