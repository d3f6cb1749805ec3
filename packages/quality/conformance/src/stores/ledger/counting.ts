import type { LedgerStore } from '@majordomo/ledger';
import { seededRandom } from '@majordomo/testing';
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { StoreCase } from '../store-case.ts';
import { claim, ledgerCase, LONG_MS, MAX_AMOUNT, amounts } from './ledger-case.ts';

/** Cases of claims on counters and of booked amounts. */
export const countingCases: readonly StoreCase<LedgerStore>[] = [
  ledgerCase('holds a claim and replaces it with the settled amount', async (store) => {
    equal(await store.reserve('1', [claim({ amount: 7n })], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [0n, 7n] });
    equal(await store.settle('1', [{ counter: 'a', amount: 3n }]), true);
    deepEqual(await amounts(store), { a: [3n, 0n] });
  }),
  ledgerCase(
    'rejects a claim that does not fit, with the remaining amount and the time to the reset',
    async (store) => {
      await store.reserve('1', [claim({ amount: 7n, resetsInMs: LONG_MS })], LONG_MS);
      await store.settle('1', [{ counter: 'a', amount: 4n }]);
      await store.reserve('2', [claim({ amount: 4n, resetsInMs: LONG_MS })], LONG_MS);
      const refusal = await store.reserve('3', [claim({ amount: 3n, resetsInMs: LONG_MS })], LONG_MS);
      ok(refusal !== undefined && refusal.retryAfterMs !== undefined, 'refused, with a time');
      deepEqual([refusal.counter, refusal.left, refusal.held, refusal.holders], ['a', 2n, 4n, 1]);
      ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= LONG_MS, `${refusal.retryAfterMs} ms`);
      equal(await store.reserve('4', [claim({ amount: 2n, resetsInMs: LONG_MS })], LONG_MS), undefined);
    },
  ),
  ledgerCase('states the amount and the number of other reservations in a rejection', async (store) => {
    const holdersOf = async (): Promise<readonly unknown[]> => {
      const refusal = await store.reserve('late', [claim({ amount: 10n })], LONG_MS);
      return [refusal?.left, refusal?.held, refusal?.holders];
    };
    for (const id of ['1', '2', '3'])
      await store.reserve(id, [claim({ amount: 2n }), claim({ counter: 'b' })], LONG_MS);
    await store.reserve('none', [claim({ amount: 0n })], LONG_MS);
    await store.reserve('other', [claim({ counter: 'b', amount: 2n })], LONG_MS);
    deepEqual(await holdersOf(), [4n, 6n, 3]);
    await store.settle('1', [{ counter: 'a', amount: 1n }]);
    deepEqual(await holdersOf(), [5n, 4n, 2]);
    await store.settle('2', []);
    await store.settle('none', []);
    deepEqual(await holdersOf(), [7n, 2n, 1]);
  }),
  ledgerCase('reports no reset time for a counter without a period', async (store) => {
    const refusal = await store.reserve('1', [claim({ amount: 11n })], LONG_MS);
    deepEqual(refusal, { counter: 'a', left: 10n, held: 0n, holders: 0, retryAfterMs: undefined });
  }),
  ledgerCase('holds several claims together or none of them', async (store) => {
    const [a, b] = [claim({ counter: 'a', amount: 6n }), claim({ counter: 'b', amount: 6n, max: 5n })];
    equal((await store.reserve('1', [a, b], LONG_MS))?.counter, 'b');
    equal((await store.reserve('2', [b, a], LONG_MS))?.counter, 'b');
    equal(await store.reserve('3', [a, { ...b, max: 6n }], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [0n, 6n], b: [0n, 6n] });
  }),
  ledgerCase('adds up claims on one counter', async (store) => {
    equal((await store.reserve('1', [claim({ amount: 6n }), claim({ amount: 5n })], LONG_MS))?.left, 4n);
    equal(await store.reserve('2', [claim({ amount: 6n }), claim({ amount: 4n })], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [0n, 10n] });
    await store.settle('2', [{ counter: 'a', amount: 2n }]);
    deepEqual(await amounts(store), { a: [2n, 0n] });
  }),
  ledgerCase('holds nothing more for a repeated id, before and after it is settled', async (store) => {
    await store.reserve('1', [claim({ amount: 6n })], LONG_MS);
    equal(await store.reserve('1', [claim({ amount: 6n })], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [0n, 6n] });
    await store.settle('1', [{ counter: 'a', amount: 5n }]);
    equal(await store.reserve('1', [claim({ amount: 6n })], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [5n, 0n] });
  }),
  ledgerCase('accepts a rejected id again', async (store) => {
    await store.reserve('1', [claim({ amount: 10n })], LONG_MS);
    ok((await store.reserve('2', [claim()], LONG_MS)) !== undefined, 'refused');
    await store.settle('1', []);
    equal(await store.reserve('2', [claim()], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [0n, 1n] });
  }),
  ledgerCase('applies only the first settle, and none of an unknown id', async (store) => {
    equal(await store.settle('unknown', [{ counter: 'a', amount: 5n }]), false);
    await store.reserve('1', [claim({ amount: 6n })], LONG_MS);
    equal(await store.settle('1', [{ counter: 'a', amount: 1n }]), true);
    equal(await store.settle('1', [{ counter: 'a', amount: 2n }]), false);
    deepEqual(await amounts(store), { a: [1n, 0n] });
  }),
  ledgerCase('applies exactly one of three concurrent settles, with its amount', async (store) => {
    await store.reserve('1', [claim({ amount: 6n })], LONG_MS);
    const offered = [1n, 2n, 3n];
    const settled = await Promise.all(
      offered.map(async (amount) => store.settle('1', [{ counter: 'a', amount }])),
    );
    const applied = offered.filter((_, index) => settled[index] === true);
    equal(applied.length, 1, `settle returned ${settled.join(', ')}`);
    deepEqual(await amounts(store), { a: [applied[0], 0n] });
  }),
  ledgerCase(
    'releases claims that settle does not name and ignores counters without a claim',
    async (store) => {
      await store.reserve('1', [claim({ counter: 'a' }), claim({ counter: 'b' })], LONG_MS);
      await store.settle('1', [
        { counter: 'a', amount: 1n },
        { counter: 'c', amount: 1n },
      ]);
      deepEqual(await amounts(store), { a: [1n, 0n], b: [0n, 0n] });
    },
  ),
  ledgerCase('books an amount beyond the claim and rejects the next claim', async (store) => {
    await store.reserve('1', [claim({ amount: 5n })], LONG_MS);
    await store.settle('1', [{ counter: 'a', amount: 25n }]);
    deepEqual(await amounts(store), { a: [25n, 0n] });
    const refusal = await store.reserve('2', [claim({ amount: 0n })], LONG_MS);
    deepEqual(refusal, { counter: 'a', left: -15n, held: 0n, holders: 0, retryAfterMs: undefined });
  }),
  ledgerCase('accepts a claim of 0 on a full counter', async (store) => {
    await store.reserve('1', [claim({ amount: 10n })], LONG_MS);
    equal(await store.reserve('2', [claim({ amount: 0n })], LONG_MS), undefined);
    equal(await store.reserve('3', [], LONG_MS), undefined);
    equal(await store.settle('3', []), true);
  }),
  ledgerCase('rejects a negative claim with an error and changes nothing', async (store) => {
    const claims = [claim({ counter: 'b' }), claim({ amount: -1n })];
    await rejects(async () => store.reserve('1', claims, LONG_MS));
    for (const [used, held] of Object.values(await amounts(store))) deepEqual([used, held], [0n, 0n]);
  }),
  ledgerCase('counts exactly up to 2⁶³ − 1', async (store) => {
    const odd = 2n ** 53n + 1n;
    equal(await store.reserve('1', [claim({ max: MAX_AMOUNT, amount: odd })], LONG_MS), undefined);
    await store.settle('1', [{ counter: 'a', amount: odd }]);
    const rest = MAX_AMOUNT - odd;
    equal((await store.reserve('2', [claim({ max: MAX_AMOUNT, amount: rest + 1n })], LONG_MS))?.left, rest);
    equal(await store.reserve('3', [claim({ max: MAX_AMOUNT, amount: rest })], LONG_MS), undefined);
    await store.settle('3', [{ counter: 'a', amount: rest - 1n }]);
    deepEqual(await amounts(store), { a: [MAX_AMOUNT - 1n, 0n] });
  }),
  ledgerCase('admits exactly 10 of 100 parallel reservations on a limit of 10', async (store) => {
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    const answers = await Promise.all(ids.map(async (id) => store.reserve(id, [claim()], LONG_MS)));
    equal(answers.filter((refusal) => refusal === undefined).length, 10);
    deepEqual(await amounts(store), { a: [0n, 10n] });
  }),
  ledgerCase('lists counters by a prefix of their names with any characters', async (store) => {
    const names = [
      'x/%',
      'x/%y',
      'x/_',
      'x/*',
      "x/'",
      'x/\\',
      'x/ä=😀',
      'x/\ud800',
      'x/\ud801',
      'x/\0',
      'x/a\0b',
      'x/é',
      'x/\u{10FFFF}',
      'x/\u{10FFFF}b',
      'é',
      '\u{10FFFF}',
      'x/b',
      'x/a',
      'X/a',
      'xy',
      'x',
    ];
    for (const [index, counter] of names.entries())
      await store.reserve(`${index}`, [claim({ counter })], LONG_MS);
    const under = async (prefix: string): Promise<readonly string[]> =>
      (await store.counters(prefix)).map(({ counter }) => counter).sort();
    deepEqual(await under(''), [...names].sort());
    // Stores order other characters by UTF-8 or UTF-16, or escape them.
    const isPlain = (name: string): boolean => /^[\w/]*$/.test(name);
    const listed = (await store.counters('')).map(({ counter }) => counter);
    deepEqual(listed.filter(isPlain), names.filter(isPlain).sort());
    for (const prefix of [...names, 'x/', 'x/a\0', 'X', 'x/ä=', 'nothing'])
      deepEqual(await under(prefix), names.filter((name) => name.startsWith(prefix)).sort());
  }),
  ledgerCase('agrees with the store in memory after a thousand random steps', async (store) => {
    // Loaded here, because it is an optional peer.
    const { memoryStore } = await import('@majordomo/ledger');
    const random = seededRandom(20_261_120);
    const below = (most: number): number => Math.floor(random() * most);
    const expected = memoryStore();
    for (let step = 0; step < 1000; step++) {
      const id = `${below(300)}`;
      if (random() < 0.6) {
        const claims = ['a', 'b', 'c']
          .filter(() => random() < 0.6)
          .map((counter) => claim({ counter, max: 500n, amount: BigInt(below(40)) }));
        const refusal = await store.reserve(id, claims, LONG_MS);
        const expectedRefusal = await expected.reserve(id, claims, LONG_MS);
        deepEqual(refusal === undefined, expectedRefusal === undefined, `step ${step}: reserve ${id}`);
      } else {
        const used = ['a', 'b', 'c', 'd'].map((counter) => ({ counter, amount: BigInt(below(10)) }));
        deepEqual(
          await store.settle(id, used),
          await expected.settle(id, used),
          `step ${step}: settle ${id}`,
        );
      }
    }
    deepEqual(await amounts(store), await amounts(expected));
  }),
];
