/**
 * Experiments on recorded traffic: another model, chain, prompt or tool set answers recorded calls, and a report states quality, cost
 * and latency relative to the recorded answers.
 * @module
 */
export { defineReplay } from './replay/definition.ts';
export type {
  Candidate,
  Judging,
  ReplayDefinition,
  ReplayOptions,
  ReplayProgress,
  Verdict,
} from './replay/definition.ts';
export type { Answer, AnswerContent, Divergence, Pair, RecordedCall } from './replay/answer.ts';

// Traffic
export { fromCallLog, type CallLogTraffic } from './replay/traffic/from-call-log.ts';
export { fromRecordings } from './replay/traffic/from-recordings.ts';
export { fromTrajectories } from './replay/traffic/from-trajectories.ts';
export type { ExcludedCall, ExcludedCalls, ListedCall, Traffic } from './replay/traffic/traffic.ts';

// Run
export { planReplay, readReplay, removeReplay, replay } from './replay/run/replay.ts';
export { labelReplay, type LabeledPair } from './replay/label.ts';
export type { ReplayPlan } from './replay/replay-plan.ts';

// Report
export { toReplayHtml, type ReplayHtmlOptions } from './replay/replay-html.ts';
export { toReplayMarkdown } from './replay/report/markdown.ts';
export { toReplayText, type ReplayTextOptions } from './replay/report/text.ts';
export type {
  Estimate,
  ReplayCluster,
  ReplayCost,
  ReplayJudgment,
  ReplayKind,
  ReplayLatency,
  ReplayModels,
  ReplayReport,
  ReplayRule,
  ReplaySample,
} from './replay/report/report.ts';

// Types of other packages that the public types use
export type { CallLog, CallQuery } from '@majordomo/admin';
export type { Batches } from '@majordomo/batch';
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
export type { Check, EvalDefinition } from './types.ts';
