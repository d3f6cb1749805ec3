import type { TargetHealth } from '@majordomo/core';
import type { Candidate, Weights } from '../contract.ts';
import { NEUTRAL } from '../neutral.ts';
import type { RankedTarget } from './ranked-target.ts';

/** What is known of a target next to its facts. */
export interface TargetRating {
  /** 0 to 1; 0.5 while nothing is known. */
  readonly speed: number;
  /** 0 to 1, where the app says so. */
  readonly quality: number | undefined;
  /** 0, or below for what runs out. */
  readonly ledger: number;
}

/** How a choice is made. */
export interface ScoreOptions {
  readonly weights: Weights;
  /** Does a longer context count by itself? */
  readonly byContext: boolean;
  readonly now: number;
}

/** What the three weighed parts come to at best, so that what is added and taken off means the same by all weights. */
const BEST_SCORE = 10;

/** A score for each, in the order given. Nothing but what is handed in has a say. */
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

/** Between two prices of nothing there is no ratio. */
const MIN_NANO_USD = 1000;

/** 1 for the cheapest, 0.5 for ten times, 0 for a hundred times as much. What is paid otherwise costs nothing more. */
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

/** A benched target is passed over anyway: it comes after all that are well, in whatever order those are. */
function healthPart(health: TargetHealth | undefined, now: number): number {
  if (health === undefined) return 0;
  const { state, until, failures } = health;
  if (state === 'benched' && (until === undefined || until > now)) return -20;
  if (state !== 'healthy') return -4;
  return failures === 0 ? 0 : Math.max(-4, -1.5 * failures);
}
