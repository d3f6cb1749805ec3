import { sumCosts } from '@majordomo/catalog';
import type { Attempt } from '@majordomo/core';
import type { JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { costOfLeg } from './job-ledger.ts';

/**
 * Returns the cost of the attempts of a live call in nano-USD, as a string, or `null` if the cost of one of them is unknown or a plan
 * includes all of them.
 */
export async function costOf(
  attempts: readonly Attempt[],
  record: JobRecord,
  setup: Setup,
): Promise<string | null> {
  const sent = attempts.filter(({ outcome }) => outcome !== 'skipped');
  if (sent.length === 0) return '0';
  const { nanoUsd } = sumCosts(await Promise.all(sent.map((attempt) => costOfLeg(attempt, record, setup))));
  return nanoUsd?.toString() ?? null;
}

/** Returns the cost of the ended legs in nano-USD; `undefined` if one of them is unknown. */
export function sumOfLegs({ legs, state: jobState }: JobRecord): bigint | undefined {
  let sum = 0n;
  for (const { state, nanoUsd } of legs) {
    // The cost of a leg of an ended job is unknown until its process has reported it.
    const isRunning = state === 'running' && jobState === 'running';
    if (isRunning) continue;
    if (nanoUsd === null) return undefined;
    sum += BigInt(nanoUsd);
  }
  return sum;
}
