import { seededRandom } from '@majordomo/core/toolkit';
import { seedOf } from '../experiment/definition.ts';
import { quantileDifferences } from '../statistics/quantile-difference.ts';
import type { Estimate, ReplayLatency } from './report.ts';
import type { Results, ScoredUnit } from './results.ts';
import { estimateOf, strataOf, type Weights } from './scored-units.ts';

/** Numbers of rounds of the bootstrap. More units need fewer rounds, because their intervals are narrow. */
const ROUNDS = { least: 500, most: 2000 } as const;
/** Maximum number of durations that all rounds together read, unless `ROUNDS.least` rounds need more. */
const MOST_READ = 10_000_000;
/**
 * Number of units with times of the control from which these replace the recorded times. It also is the least for any difference, because
 * fewer have no 95th percentile.
 */
const LEAST_TIMES = 20;

/** Durations of an answer in milliseconds. */
interface Times {
  readonly ms: number | undefined;
  readonly firstMs: number | undefined;
}

const sides: Readonly<Record<ReplayLatency['than'], (unit: ScoredUnit) => Times | undefined>> = {
  control: ({ control }) => control,
  recorded: ({ recordedMs, recordedFirstMs }) => ({ ms: recordedMs, firstMs: recordedFirstMs }),
};

/**
 * Returns the differences of latency, or `undefined` if too few times are known, or the answers come from batches, which have no
 * times. Equal names give equal intervals.
 */
export function latencyOf({ name, units, isLive }: Results, weights: Weights): ReplayLatency | undefined {
  if (!isLive) return undefined;
  const withTimes = (than: ReplayLatency['than'], member: keyof Times): readonly ScoredUnit[] =>
    units.filter(
      (unit) => unit.candidate?.[member] !== undefined && sides[than](unit)?.[member] !== undefined,
    );
  const than = withTimes('control', 'ms').length >= LEAST_TIMES ? 'control' : 'recorded';
  const seed = seedOf(name);
  const differencesOf = (member: keyof Times): readonly Estimate[] => {
    const known = withTimes(than, member);
    if (known.length < LEAST_TIMES) return [];
    const { shares, units: placed } = strataOf(known, weights);
    const intervals = quantileDifferences(placed, shares, {
      quantiles: [0.5, 0.95],
      after: ({ unit }) => unit.candidate?.[member] ?? 0,
      before: ({ unit }) => sides[than](unit)?.[member] ?? 0,
      rounds: Math.max(ROUNDS.least, Math.min(ROUNDS.most, Math.floor(MOST_READ / known.length))),
      random: seededRandom(seed),
    });
    return intervals.map((interval) => estimateOf(interval, known.length));
  };
  const [firstP50, firstP95] = differencesOf('firstMs');
  const [p50, p95] = differencesOf('ms');
  const differences = { firstP50, firstP95, p50, p95 };
  const isKnown = Object.values(differences).some((difference) => difference !== undefined);
  return isKnown ? { than, differences } : undefined;
}
