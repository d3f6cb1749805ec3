import type { SampleResult } from './sample.ts';
import { compareSamples, isMissing } from '../cases/samples.ts';
import type { EvalDefinition, Evaluation, GateResult, Sample, Totals } from '../definition/types.ts';

/** Facts about a run that its samples do not contain. */
type RunFacts = Pick<Evaluation, 'at' | 'margins' | 'warnings'> &
  Pick<Totals, 'cases' | 'skipped' | 'spentNanoUsd'>;

/** Returns the evaluation of the finished samples, without a comparison. */
export function summarize(
  { name, checks = {}, gates = {} }: EvalDefinition,
  results: readonly SampleResult[],
  { at, margins, warnings, ...facts }: RunFacts,
): Evaluation {
  const samples = results.map(({ sample }) => sample).sort(compareSamples);
  const complete = samples.filter((sample) => !isMissing(sample));
  const times = complete.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    format: 'majordomo-evaluation/1',
    name,
    at,
    // `compare` replaces the verdict, the reasons and the metrics.
    verdict: 'incomplete',
    reasons: [],
    checks: Object.entries(checks).map(([key, { version, isPreference }]) => ({
      name: key,
      ...(version !== undefined && { version }),
      ...(isPreference && { isPreference }),
    })),
    margins,
    metrics: [],
    gates: Object.keys(gates).map((gate) => gateResult(gate, samples)),
    totals: {
      ...facts,
      samples: samples.length,
      errors: samples.length - complete.length,
      replayed: samples.filter(({ replayed }) => replayed).length,
      nanoUsd: sum(samples.map(({ nanoUsd }) => nanoUsd)),
      judgeNanoUsd: sum(results.map(({ judgeNanoUsd }) => judgeNanoUsd)),
      msP50: quantile(times, 0.5),
      msP95: quantile(times, 0.95),
    },
    baseline: undefined,
    warnings,
    samples,
  };
}

function gateResult(name: string, samples: readonly Sample[]): GateResult {
  const failed = samples.filter(({ gates }) => gates[name]?.passed === false);
  const positions = failed.map((sample) => `${sample.case}#${sample.trial}`);
  return { name, passed: failed.length === 0, failed: positions };
}

/** Returns the sum of amounts in decimal nano-dollars, or `undefined` if an amount is unknown. */
const sum = (amounts: readonly (string | undefined)[]): string | undefined =>
  amounts.includes(undefined)
    ? undefined
    : amounts.reduce((total, amount = '0') => total + BigInt(amount), 0n).toString();

/** Returns a quantile of sorted values by the nearest rank. */
const quantile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
