import type { Cost } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import type { Amounts } from '../limits/bound.ts';
import { unitsOf, type Estimate } from './estimate.ts';

/** The vendor's own count; of pictures and speech that it does not count, what was asked for. */
export function usageOf({ usage, outcome }: Attempt, { payload }: AttemptInfo): Usage | undefined {
  const units = payload && unitsOf(payload);
  if (usage !== undefined || units === undefined || outcome !== 'finished') return usage;
  return {
    input: 0,
    output: 0,
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
    details: { units },
  };
}

/**
 * What an attempt counts for. Where the vendor did not say, what was claimed counts, if anything had been shown: nobody
 * gets more out of a budget than it had.
 */
export function usedBy(outcome: Attempt, usage: Usage | undefined, cost: Cost, claimed: Estimate): Amounts {
  if (outcome.outcome === 'skipped') return { requests: 0n, tokens: 0n, usd: 0n };
  const isShown = wasShown(outcome);
  const input =
    usage === undefined ? (isShown ? claimed.input : 0) : (tokensOf(usage.input) ?? claimed.input);
  const output =
    usage === undefined
      ? isShown
        ? (claimed.output ?? 0)
        : 0
      : (tokensOf(usage.output) ?? claimed.output ?? 0);
  const assumed = usage === undefined && !isShown ? 0n : (claimed.nanoUsd ?? 0n);
  return {
    requests: 1n,
    tokens: BigInt(input) + BigInt(output),
    usd: cost.basis === 'included' ? 0n : (cost.nanoUsd ?? assumed),
  };
}

/** A vendor may say anything: what is not a count is not known. */
export function tokensOf(tokens: number | undefined): number | undefined {
  return tokens !== undefined && tokens >= 0 && tokens <= Number.MAX_SAFE_INTEGER
    ? Math.ceil(tokens)
    : undefined;
}

/** Did anything of an answer arrive? */
export function wasShown({ outcome, error }: Attempt): boolean {
  return outcome === 'finished' || (error?.details.partial?.parts.length ?? 0) > 0;
}
