import { POWER_80, wilson, Z } from '@majordomo/evals/internal';
import type { Comparison } from '../compare/comparison.ts';
import { costOf } from './cost.ts';
import { divergencesOf, failuresOf } from './divergences.ts';
import { kindsOf } from './kinds.ts';
import { latencyOf } from './latency.ts';
import type { Estimate, ReplayJudgment, ReplayReport, ReplayRule, ReplaySample } from './report.ts';
import type { Results } from './results.ts';
import { qualityOf } from './scored-units.ts';
import { summaryOf } from './decision.ts';
import { warningsOf } from './warnings.ts';

/** Returns the report of an experiment. Equal results give equal reports, except for `at`. */
export function reportOf(results: Results, at: Date): ReplayReport {
  const { name, models, follow, sample, units, spentNanoUsd, lost } = results;
  const weights = new Map(sample.kinds.map(({ kind, share }) => [kind, share]));
  const { quality, worse, better } = qualityOf(units, weights) ?? {};
  const control = qualityOf(units, weights, (unit) => unit.control);
  const cost = costOf(units, weights);
  const judge = judgmentOf(results);
  const missing = units.filter(({ candidate }) => candidate === undefined).length;
  const rules = rulesOf(results, quality, cost?.ratio);
  const figures = {
    verdict: verdictOf(rules, missing),
    rules,
    quality,
    cost,
    latency: latencyOf(results, weights),
    kinds: kindsOf(units, weights),
    failures: failuresOf(units),
    missing,
    sample,
  };
  return {
    format: 'majordomo-replay-report/1',
    name,
    models,
    follow,
    at: at.toISOString(),
    summary: summaryOf(figures),
    warnings: warningsOf(results, cost, judge),
    ...figures,
    worse,
    better,
    control: control === undefined ? undefined : { quality: control.quality, worse: control.worse },
    divergences: divergencesOf(units),
    judge,
    spentNanoUsd: `${spentNanoUsd}`,
    lost: { calls: lost.calls, maxNanoUsd: `${lost.maxNanoUsd}` },
  };
}

/** Factor of the half width of an interval, so that the interval is on one side of a bound in four of five experiments. */
const MARGIN = (Z + POWER_80) / Z;
/** Maximum of `callsNeeded`. Above it, the estimate is too close to the bound. */
const MOST_CALLS = 1_000_000;

/** Returns the rules of an experiment with their results. A rule is decided if the complete interval is on one side of its bound. */
function rulesOf(
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
function verdictOf(rules: readonly ReplayRule[], missing: number): ReplayReport['verdict'] {
  if (missing > 0) return 'incomplete';
  if (rules.some(({ result }) => result === 'broken')) return 'fail';
  return rules.every(({ result }) => result === 'met') ? 'pass' : 'inconclusive';
}

/** Returns the reliability of the judge, or `undefined` if no pair was judged. */
function judgmentOf({ units, judges }: Results): ReplayJudgment | undefined {
  const judged = units.flatMap(({ candidate }) => (candidate?.by === 'judge' ? [candidate] : []));
  if (judged.length === 0) return undefined;
  const doubtful = judged.filter(({ isDoubtful }) => isDoubtful);
  return {
    models: judges,
    pairs: judged.length,
    agreed: judged.length - doubtful.length,
    doubtful: doubtful.length,
    labels: judged.filter(({ label }) => label !== undefined).length,
    agreement: agreementOf(judged),
  };
}

function agreementOf(judged: readonly Comparison[]): Estimate | undefined {
  const clear = judged.filter(({ isDoubtful, label }) => !isDoubtful && label !== undefined);
  if (clear.length === 0) return undefined;
  const agreed = clear.filter(({ score, label = 0 }) => Math.sign(score) === Math.sign(label)).length;
  const [low, high] = wilson(agreed, clear.length);
  return { value: agreed / clear.length, low, high, n: clear.length };
}
