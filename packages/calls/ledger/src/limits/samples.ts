import type { SpendRecord } from '../contract/record.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { Amounts, LimitCounters } from './limit-counters.ts';
import { WINDOW_MS, type Sample } from './burn-rate.ts';

/** Returns the amounts used in the last 24 hours of the current period, oldest first, for each counter of these limits. */
export async function samplesOf(
  store: LedgerStore,
  limits: readonly LimitCounters[],
  now: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>();
  const countedCalls = new Set<string>();
  if (limits.length === 0) return samples;
  for await (const record of store.records({ from: new Date(now - WINDOW_MS) })) {
    const at = Date.parse(record.at);
    const { tenant, vendor, target, tags } = record;
    const call = callOf(record);
    const amounts = amountsOf(record, !countedCalls.has(call));
    countedCalls.add(call);
    for (const limit of limits) {
      if (at < (limit.periodAt(now)?.from ?? -Infinity)) continue;
      const counter = limit.counterFor({ tenant, vendor, target, metadata: tags });
      if (counter === undefined) continue;
      const list = samples.get(counter) ?? [];
      // `record.at` is the end of the attempt, but a sample requires its start.
      list.push({ at: at - record.ms, amount: amounts[limit.unit] });
      samples.set(counter, list);
    }
  }
  return samples;
}

/** Returns the id that all attempts of a call share. Each record of long work, such as a batch, counts as a separate call. */
const callOf = ({ id, call, target }: SpendRecord): string =>
  id.startsWith(`${call}/${target}/`) ? call : id;

/** Returns the amounts of a record. Only the first record of a call counts as a call. */
function amountsOf({ operation, nanoUsd, usage, requests = 1 }: SpendRecord, isFirst: boolean): Amounts {
  const sent = operation === BOOKED_OPERATION ? 0n : BigInt(requests);
  return {
    usd: BigInt(nanoUsd ?? 0),
    tokens: BigInt(Math.ceil(usage?.input ?? 0) + Math.ceil(usage?.output ?? 0)),
    requests: sent,
    calls: isFirst ? sent : 0n,
  };
}

/** Operation of the records of `ledger.book`. */
export const BOOKED_OPERATION = 'booked';
