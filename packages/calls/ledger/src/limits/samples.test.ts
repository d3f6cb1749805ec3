import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { recordOf } from '../../test/support/values.ts';
import type { Limit } from '../contract/limit.ts';
import type { SpendRecord } from '../contract/record.ts';
import { memoryStore } from '../memory/memory-store.ts';
import { LimitCounters } from './limit-counters.ts';
import { samplesOf } from './samples.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 20, 12);

const record = (at: number, fields: Partial<SpendRecord> = {}): SpendRecord =>
  recordOf({
    id: `${at} ${JSON.stringify(fields)}`,
    at: new Date(at).toISOString(),
    target: 'a/x',
    vendor: 'a',
    ms: 0,
    usage: { ...UNKNOWN_USAGE, input: 3, output: 4.5 },
    ...fields,
  });

async function samples(limits: readonly Partial<Limit>[], records: readonly SpendRecord[]) {
  const store = memoryStore();
  for (const one of records) await store.append(one);
  const counters = limits.map(
    (limit, at) => new LimitCounters({ name: `${at}`, max: { requests: 9 }, per: 'ever', ...limit }, 0),
  );
  const found = await samplesOf(store, counters, NOON);
  return counters.map((limit) =>
    [...found].flatMap(([counter, list]) =>
      counter.startsWith(limit.prefix)
        ? [[limit.keyOf(counter), list.map(({ at, amount }) => [at - NOON, amount])] as const]
        : [],
    ),
  );
}

it('returns the amounts of a record in the unit of each limit', async () => {
  const limits = [{ max: { usd: '1' } }, { max: { tokens: 9 } }, { max: { requests: 9 } }];
  expect(await samples(limits, [record(NOON)])).toEqual([
    [['', [[0, 7n]]]],
    [['', [[0, 8n]]]],
    [['', [[0, 1n]]]],
  ]);
});

it('returns 0 for unknown amounts, and counts a booked amount as no request', async () => {
  const limits = [{ max: { usd: '1' } }, { max: { tokens: 9 } }, { max: { requests: 9 } }];
  const unknown = record(NOON, { usage: undefined, nanoUsd: undefined, operation: 'booked' });
  expect(await samples(limits, [unknown])).toEqual([[['', [[0, 0n]]]], [['', [[0, 0n]]]], [['', [[0, 0n]]]]]);
});

it('counts a call once, also if it has attempts at several targets, and each part of long work', async () => {
  const attempts = ['a/x/1', 'a/x/2', 'b/y/1'].map((of, second) =>
    record(NOON + second, { id: `c/${of}`, call: 'c', target: of.slice(0, 3) }),
  );
  const batches = [0, 1].map((number) =>
    record(NOON + 3 + number, { id: `batch/t/${number}`, call: 'batch/t', operation: 'batch' }),
  );
  expect(await samples([{ max: { calls: 9 } }], [...attempts, ...batches])).toEqual([
    [
      [
        '',
        [
          [0, 1n],
          [1, 0n],
          [2, 0n],
          [3, 1n],
          [4, 1n],
        ],
      ],
    ],
  ]);
});

it.each([0, 1, 500])('counts the %d requests of a batch, each as a call', async (requests) => {
  const batch = record(NOON, { id: 'batch/t/0', call: 'batch/t', operation: 'batch', requests });
  const count = [['', [[0, BigInt(requests)]]]];
  expect(await samples([{ max: { requests: 9 } }, { max: { calls: 9 } }], [batch])).toEqual([count, count]);
});

it('returns the time at which an attempt began', async () => {
  expect(await samples([{}], [record(NOON, { ms: 1000 })])).toEqual([[['', [[-1000, 1n]]]]]);
});

it('returns records of the last 24 hours in the current period, oldest first, by counter', async () => {
  const records = [NOON - 25 * HOUR, NOON - 24 * HOUR, NOON - 13 * HOUR, NOON - 12 * HOUR, NOON - HOUR].map(
    (at) => record(at, { tenant: at === NOON - HOUR ? 'u' : 't' }),
  );
  const day = { per: 'day', each: ['tenant'] } as const;
  expect(await samples([{}, day, { where: { tenant: ['u'] } }], records)).toEqual([
    [['', [-24, -13, -12, -1].map((hours) => [hours * HOUR, 1n])]],
    [
      ['tenant=t', [[-12 * HOUR, 1n]]],
      ['tenant=u', [[-HOUR, 1n]]],
    ],
    [['', [[-HOUR, 1n]]]],
  ]);
});

it('reads no records without limits', async () => {
  const store = {
    ...memoryStore(),
    records: () => {
      throw new Error('the records were read');
    },
  };
  expect(await samplesOf(store, [], NOON)).toEqual(new Map());
});

it('counts metadata of records', async () => {
  expect(await samples([{ each: ['team'] }], [record(NOON, { tags: { team: 'x' } })])).toEqual([
    [['team=x', [[0, 1n]]]],
  ]);
});
