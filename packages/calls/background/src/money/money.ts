import { costOfResponse } from '@majordomo/catalog';
import type { Attempt } from '@majordomo/core';
import type { JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Returns the cost of the attempts in nano-USD, as a string, or `null` if it is unknown. */
export async function costOf(
  attempts: readonly Attempt[],
  { catalog, clock }: Setup,
): Promise<string | null> {
  const { nanoUsd } = await costOfResponse({ attempts }, { catalog, at: new Date(clock.now()) });
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
