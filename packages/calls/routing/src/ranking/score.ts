import type { TargetHealth } from '@majordomo/core';
import type { Candidate, Weights } from '../contract.ts';
import { NEUTRAL } from '../neutral.ts';
import type { RankedTarget } from './ranked-target.ts';

/** Ratings of a target, to which the score adds the parts for cost, health and context. */
export interface TargetRating {
  /** Speed from 0 to 1. 0.5 if no data exists. */
  readonly speed: number;
  /** Quality from 0 to 1. `undefined` if the application does not rate the target. */
  readonly quality: number | undefined;
  /** Penalty for limits: 0, or negative if a limit is nearly used up. */
  readonly ledger: number;
}

/** Options of a score. */
export interface ScoreOptions {
  readonly weights: Weights;
  /** Whether a longer context raises the score. */
  readonly byContext: boolean;
  readonly now: number;
}

/** Maximum sum of the three weighted parts, so that the effect of the other parts does not depend on the weights. */
const BEST_SCORE = 10;

/** Scores the targets, in the given order. The result depends only on the arguments. */
export function scoreTargets(
  subjects: readonly { readonly subject: RankedTarget; readonly rating: TargetRating }[],
  { weights, byContext, now }: ScoreOptions,
): readonly Candidate[] {
  const costs = costScores(subjects.map(({ subject }) => subject));
  const { cost, speed, quality } = weights;
  const unit = BEST_SCORE / (cost + speed + quality);
  return subjects.map(({ subject, rating }, at) => {
    const parts = {
      cost: cost * unit * (costs[at] ?? NEUTRAL),
      speed: speed * unit * rating.speed,
      quality: quality * unit * (rating.quality ?? NEUTRAL),
      health: healthPart(subject.health, now),
      ledger: rating.ledger,
      // A context of 400,000 tokens or more adds the maximum of 5.
      ...(byContext && { context: Math.min(5, (subject.context ?? 0) / 80_000) }),
    };
    const score = Object.values(parts).reduce((sum, part) => sum + part, 0);
    return { target: subject.writtenAs, score, parts, estimateNanoUsd: subject.nanoUsd };
  });
}

/** Amount that is added to each cost, in nano-USD, because no ratio to a cost of 0 can be computed. */
const MIN_NANO_USD = 1000;

/**
 * Returns 1 for the cheapest target, 0.5 for ten times its cost, and 0 for a hundred times its cost. Calls that a subscription
 * includes cost nothing.
 */
function costScores(subjects: readonly RankedTarget[]): readonly (number | undefined)[] {
  const costs = subjects.map(({ nanoUsd, billing }) => {
    if (billing === 'included') return MIN_NANO_USD;
    return nanoUsd === undefined ? undefined : Number(nanoUsd) + MIN_NANO_USD;
  });
  const least = Math.min(...costs.filter((cost) => cost !== undefined));
  return costs.map((cost) =>
    cost === undefined ? undefined : Math.max(0, 1 - Math.log10(cost / least) / 2),
  );
}

/** Returns the health part of a score. The −20 of a benched target outweighs all positive parts, whose sum is at most 15. */
function healthPart(health: TargetHealth | undefined, now: number): number {
  if (health === undefined) return 0;
  const { state, until = Infinity, failures } = health;
  if (state === 'benched' && until > now) return -20;
  // No call has succeeded since the bench, which has ended or is being probed.
  if (state !== 'healthy') return -4;
  return failures === 0 ? 0 : Math.max(-4, -1.5 * failures);
}
