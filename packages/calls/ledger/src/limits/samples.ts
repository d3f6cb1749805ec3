import type { SpendRecord } from '../contract/record.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { LimitCounters, Unit } from './limit-counters.ts';
import { WINDOW_MS, type Sample } from './burn-rate.ts';

/** Returns the amounts used in the last 24 hours of the current period, oldest first, for each counter of these limits. */
export async function samplesOf(
  store: LedgerStore,
  limits: readonly LimitCounters[],
  now: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>();
  if (limits.length === 0) return samples;
  for await (const record of store.records({ from: new Date(now - WINDOW_MS) })) {
    const at = Date.parse(record.at);
    const { tenant, vendor, target, tags } = record;
    for (const limit of limits) {
      if (at < (limit.periodAt(now)?.from ?? -Infinity)) continue;
      const counter = limit.counterFor({ tenant, vendor, target, metadata: tags });
      if (counter === undefined) continue;
      const list = samples.get(counter) ?? [];
      // `record.at` is the end of the attempt, but a sample requires its start.
      list.push({ at: at - record.ms, amount: AMOUNTS[limit.unit](record) });
      samples.set(counter, list);
    }
  }
  return samples;
}

const AMOUNTS: Readonly<Record<Unit, (record: SpendRecord) => bigint>> = {
  usd: ({ nanoUsd }) => BigInt(nanoUsd ?? 0),
  tokens: ({ usage }) => BigInt(Math.ceil(usage?.input ?? 0) + Math.ceil(usage?.output ?? 0)),
  requests: ({ operation }) => (operation === BOOKED_OPERATION ? 0n : 1n),
  // Count only the first attempt of a call. The id of a record ends with the number of the attempt.
  calls: ({ operation, id }) => (operation !== BOOKED_OPERATION && id.endsWith('/1') ? 1n : 0n),
};

/** Operation of the records of `ledger.book`. */
export const BOOKED_OPERATION = 'booked';
