import type { LedgerStore, ReportQuery, ReportRow, SpendRecord } from '@majordomo/ledger';
import { seededRandom } from '@majordomo/testing';
import { deepEqual, ok } from 'node:assert/strict';
import type { StoreCase } from '../store-case.ts';
import { ledgerCase, spend } from './ledger-case.ts';

/** Allowed relative deviation of durations in reports. */
const TOLERANCE = 0.05;
const DAYS = 4;
const RECORDS = 1200;

/** Start of the records. The clocks of Berlin go back on 25 October 2026. Kathmandu is 5 hours, 45 minutes ahead of UTC. */
const BEGIN = Date.UTC(2026, 9, 23, 6, 20);

/** Sums of all records, computed without a ledger. */
const SUMS: ReportRow = {
  key: {},
  calls: 850,
  attempts: 1200,
  failed: 294,
  input: 10_760,
  output: 5380,
  cacheRead: 3228,
  cacheWrite: 271_216,
  nanoUsd: 533_433_626_640_896n,
  cacheSavedNanoUsd: 304_538_760_677_376n,
  cacheExtraNanoUsd: 307_414_594_303_232n,
  unpriced: 111,
  unknownUsage: 124,
  p50Ms: 310,
  p95Ms: 84_589,
};

/** Cases of reports, which the store computes, or a ledger from the records of the store. */
export const reportCases: readonly StoreCase<LedgerStore>[] = [
  ledgerCase('reports the sums of its records', async (store) => {
    // Loaded here, because it is an optional peer.
    const { createLedger, memoryStore } = await import('@majordomo/ledger');
    const memory = memoryStore();
    for (const record of randomRecords()) {
      await store.append(record);
      await memory.append(record);
    }
    const [reported, expected] = [createLedger({ store }), createLedger({ store: memory })];
    for (const query of queries())
      checkRows(await reported.report(query), await expected.report(query), JSON.stringify(query));
    checkRows(await reported.report({ by: [] }), [SUMS], 'the sums of all records');
  }),
];

function randomRecords(): readonly SpendRecord[] {
  const random = seededRandom(7);
  const one = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
  let call = '';
  return Array.from({ length: RECORDS }, (_, number) => {
    // Some calls have several attempts. The attempts of a call differ in the hour, in the target, in both or in neither.
    call = random() < 0.3 && call !== '' ? call : `call ${number}`;
    const isPriced = random() < 0.8;
    const cacheWrite = random() < 0.5 ? Math.floor(random() * 1000) : undefined;
    return spend({
      id: `${number}`,
      at: new Date(BEGIN + Math.floor(random() * DAYS * 86_400_000)).toISOString(),
      call,
      ...one([
        { target: 'a/x', vendor: 'a', model: 'x' },
        { target: 'a/y/z', vendor: 'a', model: 'y/z' },
        { target: 'b/x', vendor: undefined, model: 'x' },
      ]),
      tenant: one(['t', 'u', undefined]),
      name: one(['fast', undefined]),
      tags: random() < 0.5 ? { feature: one(['search', 'chat']) } : {},
      outcome: one(['finished', 'finished', 'failed', 'abandoned']),
      ms: Math.floor(Math.exp(random() * 12)),
      usage:
        random() < 0.1 ? undefined : { input: 10, output: 5, cacheRead: 3, cacheWrite, reasoning: undefined },
      ...(random() < 0.5 && {
        cacheSavedNanoUsd: String(Math.floor(random() * 2 ** 40)),
        cacheExtraNanoUsd: String(Math.floor(random() * 2 ** 40)),
      }),
      ...(isPriced
        ? { nanoUsd: String(Math.floor(random() * 2 ** 40)) }
        : { nanoUsd: undefined, basis: one(['unknown', 'included']) }),
    });
  });
}

function queries(): readonly ReportQuery[] {
  const range = { from: new Date(BEGIN + 5_000_000), to: new Date(BEGIN + 200_000_001) };
  return [
    { by: [] },
    { by: ['target'] },
    { by: ['day', 'target'] },
    { by: ['day'], zone: 'Europe/Berlin' },
    { by: ['hour', 'provider'], zone: 'Europe/Berlin' },
    { by: ['hour', 'day'], zone: 'Asia/Kathmandu' },
    { by: ['month', 'vendor', 'outcome'], zone: 'Asia/Kathmandu' },
    { by: ['tenant', 'name', 'model'], ...range },
    { by: ['day', 'tenant'], ...range, zone: 'Asia/Kathmandu', tenant: 't' },
    { by: ['day'], ...range, target: 'b/x' },
    { by: ['tag', 'outcome'], tag: 'feature' },
    { by: ['target'], call: 'call 1' },
    { by: ['target'], from: new Date(BEGIN + 99 * 86_400_000) },
  ];
}

/** Asserts that the rows are equal, except for deviations of durations within the tolerance. */
function checkRows(reported: readonly ReportRow[], expected: readonly ReportRow[], label: string): void {
  deepEqual(withoutDurations(reported), withoutDurations(expected), label);
  for (const [index, { p50Ms, p95Ms }] of expected.entries()) {
    const row = reported[index];
    ok(isNear(row?.p50Ms, p50Ms), `${label}: p50 ${row?.p50Ms} instead of ${p50Ms}`);
    ok(isNear(row?.p95Ms, p95Ms), `${label}: p95 ${row?.p95Ms} instead of ${p95Ms}`);
  }
}

const withoutDurations = (rows: readonly ReportRow[]): readonly Omit<ReportRow, 'p50Ms' | 'p95Ms'>[] =>
  rows.map(({ p50Ms: _p50, p95Ms: _p95, ...sums }) => sums);

const isNear = (reported: number | undefined, truth: number): boolean =>
  reported !== undefined && Math.abs(reported - truth) <= Math.max(0.5, truth * TOLERANCE);
