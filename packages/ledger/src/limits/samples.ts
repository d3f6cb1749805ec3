import type { SpendRecord } from '../contract/record.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { LimitCounters, Unit } from './limit-counters.ts';
import { WINDOW_MS, type Sample } from './burn-rate.ts';

/** What was spent on each counter of these limits in the last 24 hours of its period, oldest first. */
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
      // Spending began when the attempt did.
      list.push({ at: at - record.ms, amount: AMOUNTS[limit.unit](record) });
      samples.set(counter, list);
    }
  }
  return samples;
}

const AMOUNTS: Readonly<Record<Unit, (record: SpendRecord) => bigint>> = {
  usd: ({ nanoUsd }) => BigInt(nanoUsd ?? 0),
  tokens: ({ usage }) => BigInt(countOf(usage?.input) + countOf(usage?.output)),
  requests: ({ operation }) => (operation === BOOKED_OPERATION ? 0n : 1n),
};

/** Of what a vendor said, which may be anything. */
const countOf = (tokens: number = 0): number =>
  tokens >= 0 && tokens <= Number.MAX_SAFE_INTEGER ? Math.ceil(tokens) : 0;

/** The operation of what was spent elsewhere. */
export const BOOKED_OPERATION = 'booked';
