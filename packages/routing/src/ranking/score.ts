import type { TargetHealth } from '@majordomo/core';
import type { Candidate, Weights } from '../contract.ts';
import { NEUTRAL } from '../neutral.ts';
import type { RankedTarget } from './ranked-target.ts';

/** Rating of a target in addition to its facts. */
export interface TargetRating {
  /** Speed from 0 to 1; 0.5 without data. */
  readonly speed: number;
  /** Quality from 0 to 1 if the application sets it. */
  readonly quality: number | undefined;
  /** 0, or negative if a limit runs out. */
  readonly ledger: number;
}

/** Options of a score. */
export interface ScoreOptions {
  readonly weights: Weights;
  /** Whether a longer context raises the score. */
  readonly byContext: boolean;
  readonly now: number;
}

/** Maximum sum of the three weighted parts, so that the other parts have the same effect for all weights. */
const BEST_SCORE = 10;

/** Scores the targets in the given order. It depends only on its arguments. */
export function scoreTargets(
  subjects: readonly { readonly subject: RankedTarget; readonly standing: TargetRating }[],
  { weights, byContext, now }: ScoreOptions,
): readonly Candidate[] {
  const costs = costScores(subjects.map(({ subject }) => subject));
  const { cost, speed, quality } = weights;
  const unit = BEST_SCORE / (cost + speed + quality);
  return subjects.map(({ subject, standing }, at) => {
    const parts = {
      cost: cost * unit * (costs[at] ?? NEUTRAL),
      speed: speed * unit * standing.speed,
      quality: quality * unit * (standing.quality ?? NEUTRAL),
      health: healthPart(subject.health, now),
      ledger: standing.ledger,
      ...(byContext && { context: Math.min(5, (subject.context ?? 0) / 80_000) }),
    };
    const score = Object.values(parts).reduce((sum, part) => sum + part, 0);
    return { target: subject.writtenAs, score, parts, estimateNanoUsd: subject.nanoUsd };
  });
}

/** Added to each cost, since two costs of 0 have no ratio. */
const MIN_NANO_USD = 1000;

/**
 * Returns 1 for the cheapest target, 0.5 for ten times and 0 for a hundred times its cost. Included calls
 * cost nothing.
 */
function costScores(subjects: readonly RankedTarget[]): readonly (number | undefined)[] {
  const costs = subjects.map(({ nanoUsd, billing }) =>
    billing === 'included' ? MIN_NANO_USD : nanoUsd && Number(nanoUsd) + MIN_NANO_USD,
  );
  const known = costs.filter((cost) => typeof cost === 'number');
  const least = Math.min(...known);
  return costs.map((cost) =>
    typeof cost === 'number' ? Math.max(0, 1 - Math.log10(cost / least) / 2) : undefined,
  );
}

/** A benched target comes after all healthy ones. */
function healthPart(health: TargetHealth | undefined, now: number): number {
  if (health === undefined) return 0;
  const { state, until, failures } = health;
  if (state === 'benched' && (until === undefined || until > now)) return -20;
  if (state !== 'healthy') return -4;
  return failures === 0 ? 0 : Math.max(-4, -1.5 * failures);
}
