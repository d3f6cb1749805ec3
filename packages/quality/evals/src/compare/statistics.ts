import { seededRandom } from '@majordomo/core/toolkit';
import { POWER_80, studentT, Z } from './student.ts';

/** Values of one case in the baseline and in the new evaluation, one value per trial. */
export interface Pair {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Whether calls or scores of the case changed. Chance does not contribute to the difference of an unchanged case. */
  readonly isChanged: boolean;
}

/** Difference with its 90 % interval: each end is exceeded by chance 5 % of the time. */
export interface Estimate {
  readonly difference: number;
  readonly interval: readonly [low: number, high: number] | undefined;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the sample standard deviation of the values. */
function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

const changedOf = (pairs: readonly Pair[]): readonly Pair[] => pairs.filter(({ isChanged }) => isChanged);
const differencesOf = (pairs: readonly Pair[]): readonly number[] =>
  pairs.map(({ before, after }) => mean(after) - mean(before));
/** Returns the mean number of trials per case. If the evaluations have different numbers, the smaller counts. */
const trialsOf = (pairs: readonly Pair[]): number =>
  mean(pairs.map(({ before, after }) => Math.min(before.length, after.length)));

/** Constant seed, so that equal evaluations have equal p-values. */
const SEED = 20_261_123;
/** Rounding error up to which a permuted difference counts as equal to the observed one. */
const TOLERANCE = 1e-9;

/**
 * Returns the probability of a loss at least as large as the observed loss if nothing had changed. Trials are exchanged between
 * baseline and candidate within each case. Lower values are worse.
 */
export function permutationTest(pairs: readonly Pair[], permutations: number): number {
  const pools = changedOf(pairs)
    .map(({ before, after }) => ({ values: [...after, ...before], size: after.length }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
  const difference = (): number => pools.reduce((sum, { values, size }) => sum + gap(values, size), 0);
  const limit = difference() + TOLERANCE;
  const random = seededRandom(SEED);
  let extreme = 0;
  for (let round = 0; round < permutations; round++) {
    for (const { values, size } of pools) shuffle(values, size, random);
    if (difference() <= limit) extreme++;
  }
  // The observed order counts as one of the permutations.
  return (1 + extreme) / (1 + permutations);
}

/** Returns the mean of the first values minus the mean of the other values. */
function gap(values: readonly number[], size: number): number {
  let first = 0;
  let others = 0;
  for (let at = 0; at < size; at++) first += values[at] ?? 0;
  for (let at = size; at < values.length; at++) others += values[at] ?? 0;
  return first / size - others / (values.length - size);
}

/** Moves a random selection of the values to the first positions. */
function shuffle(values: number[], size: number, random: () => number): void {
  for (let at = 0; at < size; at++) {
    const other = at + Math.floor(random() * (values.length - at));
    const value = values[at] ?? 0;
    values[at] = values[other] ?? 0;
    values[other] = value;
  }
}

/** Returns p-values that are corrected for multiple comparisons by Holm's method. */
export function holm(values: readonly number[]): readonly number[] {
  const corrected = [...values];
  let largest = 0;
  for (const [rank, [at, p]] of [...values.entries()].sort(([, a], [, b]) => a - b).entries()) {
    largest = Math.max(largest, Math.min(1, p * (values.length - rank)));
    corrected[at] = largest;
  }
  return corrected;
}

/**
 * Returns the mean difference of scores. Unchanged cases count as a difference of 0 without an error. Each end of the interval includes one
 * pseudo-case, in which one trial of the mean number of trials has changed by `worst`, so that a suite without any observed difference still
 * has an interval.
 *
 * @param worst largest possible change of one trial
 */
export function scoreDifference(pairs: readonly Pair[], worst = 1): Estimate {
  const changed = changedOf(pairs);
  if (changed.length === 0) return UNCHANGED;
  const differences = differencesOf(changed);
  const share = changed.length / pairs.length;
  const end = (sign: 1 | -1): number => {
    const values = [...differences, (sign * worst) / trialsOf(changed)];
    const error = deviation(values) / Math.sqrt(values.length);
    return share * (mean(values) + sign * studentT(0.95, values.length - 1) * error);
  };
  return { difference: share * mean(differences), interval: [end(-1), end(1)] };
}

const UNCHANGED: Estimate = { difference: 0, interval: [0, 0] };

/**
 * Returns the relative change of a total. The total before must not be 0. The interval is computed for the logarithm of the
 * ratio, with the standard error of a jackknife (how much the ratio changes without each case), because a few cases with large
 * amounts dominate a total.
 */
export function relativeChange(pairs: readonly Pair[]): Estimate {
  const changed = changedOf(pairs);
  if (changed.length === 0) return UNCHANGED;
  const before = pairs.reduce((sum, pair) => sum + mean(pair.before), 0);
  const after = pairs.reduce((sum, pair) => sum + mean(pair.after), 0);
  if (after === 0) return { difference: -1, interval: [-1, -1] };
  const size = changed.length;
  const others = changed.map((pair) => Math.log((after - mean(pair.after)) / (before - mean(pair.before))));
  const error = (deviation(others) * (size - 1)) / Math.sqrt(size);
  const factor = Math.exp(studentT(0.95, size - 1) * error);
  const ratio = after / before;
  // The factor is not finite if one case has the complete total of one evaluation.
  const isKnown = size > 1 && Number.isFinite(factor);
  return { difference: ratio - 1, interval: isKnown ? [ratio / factor - 1, ratio * factor - 1] : undefined };
}

/**
 * Returns the number of trials per case with which an unchanged subject would pass in four of five runs, or `undefined` if more
 * than 100 are needed. Assumes that the variance and the weight of the pseudo-case decrease with the number of trials.
 */
export function trialsNeeded(pairs: readonly Pair[], margin: number): number | undefined {
  const changed = changedOf(pairs);
  const current = trialsOf(changed);
  const size = changed.length + 1;
  const share = changed.length / pairs.length;
  const variance = changed.length < 2 ? 0 : deviation(differencesOf(changed)) ** 2;
  for (let trials = Math.floor(current) + 1; trials <= 100; trials++) {
    const step = 1 / trials;
    const error = Math.sqrt(((variance * current) / trials + step ** 2 / size) / size);
    if (share * (step / size + (studentT(0.95, size - 1) + POWER_80) * error) < margin) return trials;
  }
  return undefined;
}

/** Returns the 95 % Wilson interval of a share. */
export function wilson(successes: number, total: number): readonly [low: number, high: number] {
  const share = successes / total;
  const center = share + Z ** 2 / (2 * total);
  const width = Z * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2));
  const scale = 1 + Z ** 2 / total;
  // Rounding can move an end slightly beyond 0 or 1.
  return [Math.max(0, (center - width) / scale), Math.min(1, (center + width) / scale)];
}

/** Returns Cohen's kappa of pairs of binary ratings, or `undefined` if all ratings are equal. */
export function kappa(pairs: readonly (readonly [first: boolean, second: boolean])[]): number | undefined {
  const share = (isCounted: (pair: readonly [boolean, boolean]) => boolean): number =>
    pairs.filter(isCounted).length / pairs.length;
  const observed = share(([first, second]) => first === second);
  const yes = share(([first]) => first) * share(([, second]) => second);
  const no = share(([first]) => !first) * share(([, second]) => !second);
  return yes + no === 1 ? undefined : (observed - yes - no) / (1 - yes - no);
}
