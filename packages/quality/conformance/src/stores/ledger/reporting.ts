import type { LedgerStore, ReportQuery, ReportRow, SpendRecord } from '@majordomo/ledger';
import { seededRandom } from '@majordomo/testing';
import { deepEqual, ok } from 'node:assert/strict';
import type { StoreCase } from '../store-case.ts';
import { ledgerCase, spend } from './ledger-case.ts';

/** Allowed relative deviation of durations in reports. */
const TOLERANCE = 0.05;
const DAYS = 4;
const RECORDS = 1200;

type Zone = 'UTC' | 'Europe/Berlin' | 'Asia/Kathmandu';

/** Start of the records. The clocks of Berlin go back on 25 October 2026. Kathmandu is 5 hours, 45 minutes ahead of UTC. */
const BEGIN = Date.UTC(2026, 9, 23, 6, 20);
const CLOCKS_GO_BACK = Date.UTC(2026, 9, 25, 1);
const OFFSET_MINUTES: Readonly<Record<Zone, (at: number) => number>> = {
  UTC: () => 0,
  'Europe/Berlin': (at) => (at < CLOCKS_GO_BACK ? 120 : 60),
  'Asia/Kathmandu': () => 345,
};

/** Cases of reports that the store computes. */
export const reportCases: readonly StoreCase<LedgerStore>[] = [
  ledgerCase('reports the sums of its records, if the store aggregates', async (store) => {
    if (store.report === undefined) return;
    const records = randomRecords();
    for (const record of records) await store.append(record);
    for (const query of queries()) deepEqual(...(await compared(store, records, query)));
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

/** Returns the reported and the expected rows. Throws if a reported duration is not within the tolerance. */
async function compared(
  store: LedgerStore,
  records: readonly SpendRecord[],
  query: ReportQuery,
): Promise<[readonly ReportRow[], readonly ReportRow[], string]> {
  const label = JSON.stringify(query);
  const expected = inOrder(recomputed(records, query));
  const reported = inOrder((await store.report?.(query)) ?? []);
  deepEqual(
    reported.map(({ key }) => key),
    expected.map(({ key }) => key),
    label,
  );
  const same = reported.map((row, index) => {
    const { p50Ms = 0, p95Ms = 0 } = expected[index] ?? {};
    ok(isNear(row.p50Ms, p50Ms), `${label}: p50 ${row.p50Ms} instead of ${p50Ms}`);
    ok(isNear(row.p95Ms, p95Ms), `${label}: p95 ${row.p95Ms} instead of ${p95Ms}`);
    return { ...row, p50Ms, p95Ms };
  });
  return [same, expected, label];
}

const isNear = (reported: number, truth: number): boolean =>
  Math.abs(reported - truth) <= Math.max(0.5, truth * TOLERANCE);

const inOrder = (rows: readonly ReportRow[]): readonly ReportRow[] =>
  [...rows].sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1));

function recomputed(records: readonly SpendRecord[], query: ReportQuery): readonly ReportRow[] {
  const { from, to, call, tenant, target } = query;
  const groups = new Map<string, { key: Record<string, string>; records: SpendRecord[] }>();
  for (const record of records) {
    const at = Date.parse(record.at);
    if (from !== undefined && at < from.getTime()) continue;
    if (to !== undefined && at >= to.getTime()) continue;
    if (call !== undefined && call !== record.call) continue;
    if (tenant !== undefined && tenant !== record.tenant) continue;
    if (target !== undefined && target !== record.target) continue;
    const key = Object.fromEntries(query.by.map((by) => [by, valueOf(record, by, query)]));
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, records: [] };
    group.records.push(record);
    groups.set(id, group);
  }
  return [...groups.values()].map(({ key, records: group }) => rowOf(key, group));
}

function valueOf(record: SpendRecord, by: ReportQuery['by'][number], { zone, tag }: ReportQuery): string {
  if (by === 'tag') return record.tags[tag ?? ''] ?? '';
  if (by === 'provider') return record.target.slice(0, record.target.indexOf('/'));
  if (by !== 'day' && by !== 'hour' && by !== 'month') return record[by] ?? '';
  const at = Date.parse(record.at);
  const offset = OFFSET_MINUTES[(zone ?? 'UTC') as Zone](at);
  return new Date(at + offset * 60_000).toISOString().slice(0, { month: 7, day: 10, hour: 13 }[by]);
}

/** Whether a call reported neither its tokens nor units. A booked amount is not a call. */
function hasUnknownUsage({ usage, operation }: SpendRecord): boolean {
  const hasTokens = usage?.input !== undefined && usage.output !== undefined;
  const hasUnits = usage?.details?.units !== undefined;
  return operation !== 'booked' && !hasTokens && !hasUnits;
}

function rowOf(key: ReportRow['key'], records: readonly SpendRecord[]): ReportRow {
  const sorted = records.map(({ ms }) => ms).sort((a, b) => a - b);
  const sum = (of: (record: SpendRecord) => number | undefined): number =>
    records.reduce((total, record) => total + (of(record) ?? 0), 0);
  const nano = (of: (record: SpendRecord) => string | undefined): bigint =>
    records.reduce((total, record) => total + BigInt(of(record) ?? 0), 0n);
  return {
    key,
    calls: new Set(records.map(({ call }) => call)).size,
    attempts: records.length,
    failed: records.filter(({ outcome }) => outcome === 'failed').length,
    input: sum(({ usage }) => usage?.input),
    output: sum(({ usage }) => usage?.output),
    cacheRead: sum(({ usage }) => usage?.cacheRead),
    cacheWrite: sum(({ usage }) => usage?.cacheWrite),
    nanoUsd: nano(({ nanoUsd }) => nanoUsd),
    cacheSavedNanoUsd: nano((record) => record.cacheSavedNanoUsd),
    cacheExtraNanoUsd: nano((record) => record.cacheExtraNanoUsd),
    unpriced: records.filter(({ nanoUsd, basis }) => nanoUsd === undefined && basis !== 'included').length,
    unknownUsage: records.filter(hasUnknownUsage).length,
    p50Ms: sorted[Math.ceil(sorted.length * 0.5) - 1] ?? 0,
    p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0,
  };
}
