import { costOf } from './cost.ts';
import { divergencesOf, failuresOf } from './divergences.ts';
import { judgmentOf } from './judgment.ts';
import { kindsOf } from './kinds.ts';
import { latencyOf } from './latency.ts';
import type { ReplayReport } from './report.ts';
import type { Results } from './results.ts';
import { rulesOf, verdictOf } from './rules.ts';
import { qualityOf } from './strata.ts';
import { summaryOf } from './summary.ts';
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
