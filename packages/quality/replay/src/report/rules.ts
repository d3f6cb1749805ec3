import { Z } from '@majordomo/evals/internal';
import type { Estimate, ReplayReport, ReplayRule, ReplaySample } from './report.ts';
import type { Results } from './results.ts';

/** Quantile of the normal distribution for a probability of 80 %. */
const POWER_80 = 0.8416;
/** Factor of the half width of an interval, so that the interval is on one side of a bound in four of five experiments. */
const MARGIN = (Z + POWER_80) / Z;
/** Maximum of `callsNeeded`. Above it, the estimate is too close to the bound. */
const MOST_CALLS = 1_000_000;

/** Returns the rules of an experiment with their results. A rule is decided if the complete interval is on one side of its bound. */
export function rulesOf(
  { minQuality, maxCost, sample }: Results,
  quality: Estimate | undefined,
  cost: Estimate | undefined,
): readonly ReplayRule[] {
  const rules = [minQualityRule(minQuality, quality, sample)];
  return maxCost === undefined ? rules : [...rules, maxCostRule(maxCost, cost, sample)];
}

function minQualityRule(bound: number, estimate: Estimate | undefined, sample: ReplaySample): ReplayRule {
  const rule = { name: 'min-quality', bound, estimate } as const;
  if (estimate === undefined) return { ...rule, result: 'undecided' };
  if (estimate.low >= bound) return { ...rule, result: 'met' };
  if (estimate.high < bound) return { ...rule, result: 'broken' };
  return { ...rule, result: 'undecided', callsNeeded: callsNeeded(estimate, bound, sample) };
}

function maxCostRule(bound: number, estimate: Estimate | undefined, sample: ReplaySample): ReplayRule {
  const rule = { name: 'max-cost', bound, estimate } as const;
  if (estimate === undefined) return { ...rule, result: 'undecided' };
  if (estimate.high <= bound) return { ...rule, result: 'met' };
  if (estimate.low > bound) return { ...rule, result: 'broken' };
  // The interval of a ratio is symmetric on the logarithmic scale.
  const { value, low, high, n } = estimate;
  const logarithms = { value: Math.log(value), low: Math.log(low), high: Math.log(high), n };
  return { ...rule, result: 'undecided', callsNeeded: callsNeeded(logarithms, Math.log(bound), sample) };
}

/**
 * Returns the number of answered calls that decides a rule in four of five experiments, if the estimate stays the same. Returns
 * `undefined` if the estimate is too close to the bound.
 */
function callsNeeded(
  { value, low, high, n }: Estimate,
  bound: number,
  { distinct, units }: ReplaySample,
): number | undefined {
  const halfWidth = value >= bound ? value - low : high - value;
  // The width of an interval shrinks with the square root of the number of units.
  const unitsNeeded = n * ((MARGIN * halfWidth) / (value - bound)) ** 2;
  // Fewer calls than units are answered, because a near duplicate copies the result of another unit.
  const calls = Math.ceil((unitsNeeded * distinct) / units);
  return calls <= MOST_CALLS ? roundedUp(calls) : undefined;
}

/** Rounds up to two significant digits. */
function roundedUp(calls: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(calls)) - 1);
  return Math.ceil(calls / unit) * unit;
}

/** Returns the verdict. `missing`: number of units without a result. */
export function verdictOf(rules: readonly ReplayRule[], missing: number): ReplayReport['verdict'] {
  if (missing > 0) return 'incomplete';
  if (rules.some(({ result }) => result === 'broken')) return 'fail';
  return rules.every(({ result }) => result === 'met') ? 'pass' : 'inconclusive';
}
