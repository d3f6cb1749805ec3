import { labelAt } from '../limits/calendar.ts';
import { providerOf } from '../limits/limit-counters.ts';
import { BOOKED_OPERATION } from '../limits/samples.ts';
import type { SpendRecord } from '../contract/record.ts';
import type { ReportKey, ReportQuery, ReportRow } from '../contract/report.ts';

/** Sums of one row of a report. */
interface ReportSum {
  readonly key: Readonly<Record<string, string>>;
  readonly calls: Set<string>;
  readonly durations: number[];
  failed: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  nanoUsd: bigint;
  cacheSavedNanoUsd: bigint;
  cacheExtraNanoUsd: bigint;
  unpriced: number;
  unknownUsage: number;
}

/** Computes the rows of a report from records. */
export async function sumRecords(
  records: AsyncIterable<SpendRecord>,
  query: ReportQuery,
): Promise<readonly ReportRow[]> {
  const sums = new Map<string, ReportSum>();
  for await (const record of records) {
    const key = Object.fromEntries(query.by.map((by) => [by, valueOf(record, by, query)]));
    const id = JSON.stringify(Object.values(key));
    let sum = sums.get(id);
    if (sum === undefined) {
      sum = emptySum(key);
      sums.set(id, sum);
    }
    add(sum, record);
  }
  return [...sums.values()].map(rowOf);
}

/** Returns the row of a key for which no records exist. */
export const emptyRow = (key: ReportSum['key']): ReportRow => rowOf(emptySum(key));

const emptySum = (key: ReportSum['key']): ReportSum => ({
  key,
  calls: new Set(),
  durations: [],
  failed: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  nanoUsd: 0n,
  cacheSavedNanoUsd: 0n,
  cacheExtraNanoUsd: 0n,
  unpriced: 0,
  unknownUsage: 0,
});

function add(sum: ReportSum, record: SpendRecord): void {
  const { call, ms, outcome, usage, nanoUsd, basis } = record;
  sum.calls.add(call);
  sum.durations.push(ms);
  if (outcome === 'failed') sum.failed++;
  sum.input += usage?.input ?? 0;
  sum.output += usage?.output ?? 0;
  sum.cacheRead += usage?.cacheRead ?? 0;
  sum.cacheWrite += usage?.cacheWrite ?? 0;
  sum.cacheSavedNanoUsd += BigInt(record.cacheSavedNanoUsd ?? 0);
  sum.cacheExtraNanoUsd += BigInt(record.cacheExtraNanoUsd ?? 0);
  if (nanoUsd !== undefined) sum.nanoUsd += BigInt(nanoUsd);
  else if (basis !== 'included') sum.unpriced++;
  if (isUsageUnknown(record)) sum.unknownUsage++;
}

/** Whether the vendor may have counted tokens without reporting them. The usage of a batch with an estimate omits some requests. */
function isUsageUnknown({ operation, usage, basis }: SpendRecord): boolean {
  if (operation === BOOKED_OPERATION || usage?.details?.units !== undefined) return false;
  return basis === 'estimate' || usage?.input === undefined || usage.output === undefined;
}

function rowOf({ calls, durations, ...sum }: ReportSum): ReportRow {
  const sorted = durations.sort((a, b) => a - b);
  return {
    ...sum,
    calls: calls.size,
    attempts: sorted.length,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
  };
}

/** Returns a quantile by the nearest-rank method. `share`: from 0 to 1. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

function valueOf(record: SpendRecord, by: ReportKey, { tag, zone = 'UTC' }: ReportQuery): string {
  switch (by) {
    case 'day':
    case 'hour':
    case 'month':
      return labelAt(Date.parse(record.at), by, zone);
    case 'provider':
      return providerOf(record.target);
    case 'tag':
      return (tag === undefined ? undefined : record.tags[tag]) ?? '';
    case 'tenant':
    case 'vendor':
    case 'model':
    case 'target':
    case 'name':
    case 'outcome':
      return record[by] ?? '';
    default:
      return by satisfies never;
  }
}
