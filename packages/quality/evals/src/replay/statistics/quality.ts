import { designOf, type Design } from './design.ts';
import { stratifiedMean, weightedSum, type StratifiedMean } from './stratified-mean.ts';
import { studentT } from './student.ts';
import type { Interval, Unit } from './unit.ts';

/** Number of labels from which they also move the doubtful units without a label. */
const LEAST_LABELS = 8;
/** Number of units with the mean of all kinds that the mean of a kind is smoothed with, because a kind of 20 units may have no loss. */
const SMOOTHING = 4;

/** Difference of quality between new and recorded answers, and its parts. */
export interface QualityDifference {
  /** Gain minus loss, from -1 to 1. 0 means as good as the recorded answers. */
  readonly difference: Interval;
  /** Mean loss of the worse answers. */
  readonly loss: Interval;
  /** Mean gain of the better answers. */
  readonly gain: Interval;
}

/**
 * Returns the difference of quality. Loss and gain have Wilson intervals, which exist also if no answer is worse, and which are joined
 * with their measured correlation (the method MOVER). A label replaces the score of its unit.
 */
export function qualityDifference(units: readonly Unit[], shares: readonly number[]): QualityDifference {
  const design = designOf(units, shares);
  const t = studentT(design.freedom);
  const loss = partOf(units, design, t, (unit) => Math.max(0, -scoreOf(unit)));
  const gain = partOf(units, design, t, (unit) => Math.max(0, scoreOf(unit)));
  const correlation = correlationOf(loss, gain);
  const { value, addedVariance } = withLabels(units, design);
  const join = (a: number, b: number): number =>
    Math.sqrt(Math.max(0, a * a + b * b - 2 * correlation * a * b) + addedVariance);
  return {
    difference: {
      value,
      low: Math.max(-1, value - join(gain.value - gain.low, loss.high - loss.value)),
      high: Math.min(1, value + join(gain.high - gain.value, loss.value - loss.low)),
    },
    loss: { value: loss.value, low: loss.low, high: loss.high },
    gain: { value: gain.value, low: gain.low, high: gain.high },
  };
}

const scoreOf = ({ score, label }: Unit): number => label ?? score;

interface Part extends StratifiedMean, Interval {}

/**
 * Returns the mean of a part of the score from 0 to 1, with a Wilson interval at its effective number of units: the number of independent
 * units whose mean would have the same variance.
 */
function partOf(units: readonly Unit[], design: Design, t: number, valueOf: (unit: Unit) => number): Part {
  const { shares, sizes } = design;
  const mean = stratifiedMean(units, design, valueOf);
  const total = sumOf(units, valueOf);
  // Scores of one half have a smaller variance than those of a binomial distribution with the same mean.
  const scale = total > 0 ? sumOf(units, (unit) => valueOf(unit) ** 2) / total : 1;
  const p = mean.value / scale;
  const independent = 1 / weightedSum(shares, perUnit(shares, sizes));
  // If no unit has this part, or all units have it completely, their variance is 0.
  const effective = p > 0 && p < 1 ? effectiveUnits() : independent;
  const q = t ** 2 / effective;
  const center = (p + q / 2) / (1 + q);
  const half = Math.sqrt(p * (1 - p) * q + q ** 2 / 4) / (1 + q);
  return { ...mean, low: Math.max(0, center - half) * scale, high: Math.min(1, center + half) * scale };

  function effectiveUnits(): number {
    const smoothed = mean.means.map((own, kind) => {
      const size = sizes[kind] ?? 0;
      return (size * own + SMOOTHING * mean.value) / (size + SMOOTHING);
    });
    const variances = smoothed.map((own, kind) => Math.max(0, own * (scale - own)) / (sizes[kind] ?? 0));
    const simple = weightedSum(
      shares.map((share) => share ** 2),
      variances,
    );
    const spread = independentVariance(units, design, mean.means, valueOf);
    // Units of one conversation are similar, so their mean varies more than the mean of independent units.
    const clustering = spread === 0 ? 1 : Math.max(1, mean.variance / spread);
    return simple === 0 ? independent : (p * (1 - p) * scale ** 2) / (simple * clustering);
  }
}

const perUnit = (shares: readonly number[], sizes: readonly number[]): readonly number[] =>
  shares.map((share, kind) => share / (sizes[kind] ?? 0));

/** Returns the variance of the mean if all units were independent. */
function independentVariance(
  units: readonly Unit[],
  { shares, sizes }: Design,
  means: readonly number[],
  valueOf: (unit: Unit) => number,
): number {
  const squares = shares.map(() => 0);
  for (const unit of units)
    squares[unit.kind] = (squares[unit.kind] ?? 0) + (valueOf(unit) - (means[unit.kind] ?? 0)) ** 2;
  return shares.reduce((sum, share, kind) => {
    const size = sizes[kind] ?? 0;
    return size > 1 ? sum + (share ** 2 * (squares[kind] ?? 0)) / size / (size - 1) : sum;
  }, 0);
}

/** Returns the correlation of the errors of two means over the conversations. */
function correlationOf(a: StratifiedMean, b: StratifiedMean): number {
  if (a.variance === 0 || b.variance === 0) return 0;
  const products = Array.from(a.errors, ([conversation, error]) => error * (b.errors.get(conversation) ?? 0));
  return products.reduce((sum, product) => sum + product, 0) / Math.sqrt(a.variance * b.variance);
}

/**
 * Returns the difference of quality after the labels of people have moved the doubtful units without a label by their mean difference to
 * the judge, and the variance of this movement, multiplied by the squared quantile.
 */
function withLabels(
  units: readonly Unit[],
  design: Design,
): { readonly value: number; readonly addedVariance: number } {
  const scores = stratifiedMean(units, design, scoreOf);
  const doubtful = units.filter(({ isDoubtful }) => isDoubtful === true);
  const labeled = doubtful.filter(({ label }) => label !== undefined);
  if (labeled.length < LEAST_LABELS || labeled.length === doubtful.length)
    return { value: scores.value, addedVariance: 0 };
  const weightOf = ({ kind }: Unit): number => (design.shares[kind] ?? 0) / (design.sizes[kind] ?? 0);
  const weight = sumOf(labeled, weightOf);
  const shift = sumOf(labeled, (unit) => weightOf(unit) * (scoreOf(unit) - unit.score)) / weight;
  const ratio = sumOf(doubtful, weightOf) / weight;
  const moved = stratifiedMean(units, design, (unit) => {
    const { score, label, isDoubtful } = unit;
    if (isDoubtful !== true) return scoreOf(unit);
    return score + shift + (label === undefined ? 0 : ratio * (label - score - shift));
  });
  const t = studentT(Math.min(design.freedom, labeled.length - 1));
  return { value: moved.value, addedVariance: t ** 2 * Math.max(0, moved.variance - scores.variance) };
}

const sumOf = <Item>(items: readonly Item[], valueOf: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + valueOf(item), 0);
