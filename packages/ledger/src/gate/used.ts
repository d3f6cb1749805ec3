import type { Cost } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import type { Amounts } from '../limits/bound.ts';
import { unitsOf, type Estimate } from './estimate.ts';

/** The vendor's own count; of pictures and speech that it does not count, what was asked for. */
export function usageOf({ usage, outcome }: Attempt, { payload }: AttemptInfo): Usage | undefined {
  if (usage !== undefined) return isPlain(usage) ? usage : plain(usage);
  const units = payload && unitsOf(payload);
  if (units === undefined || outcome !== 'finished') return undefined;
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

const isCount = (tokens: number | undefined): tokens is number =>
  tokens !== undefined && tokens >= 0 && tokens <= Number.MAX_SAFE_INTEGER;

/** A vendor may say anything: what is not a count is not known. */
export const tokensOf = (tokens: number | undefined): number | undefined =>
  isCount(tokens) ? Math.ceil(tokens) : undefined;

const isPlain = ({ input, output, cacheRead, cacheWrite, reasoning }: Usage): boolean =>
  isPlainCount(input) &&
  isPlainCount(output) &&
  isPlainCount(cacheRead) &&
  isPlainCount(cacheWrite) &&
  isPlainCount(reasoning);

const isPlainCount = (tokens: number | undefined): boolean => tokens === undefined || isCount(tokens);

/** As stores can keep and add up: not every one takes what is no number. */
function plain(usage: Usage): Usage {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const known = (tokens: number | undefined): number | undefined => (isCount(tokens) ? tokens : undefined);
  return {
    ...usage,
    input: known(input),
    output: known(output),
    cacheRead: known(cacheRead),
    cacheWrite: known(cacheWrite),
    reasoning: known(reasoning),
  };
}

/** Did anything of an answer arrive? */
export function wasShown({ outcome, error }: Attempt): boolean {
  return outcome === 'finished' || (error?.details.partial?.parts.length ?? 0) > 0;
}
