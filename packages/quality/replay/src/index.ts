/**
 * Experiments on recorded traffic: another model, chain, prompt or tool set answers recorded calls, and a report states quality, cost
 * and latency relative to the recorded answers.
 * @module
 */
export { defineReplay } from './experiment/definition.ts';
export type {
  Candidate,
  Judging,
  ReplayDefinition,
  ReplayOptions,
  ReplayProgress,
  Verdict,
} from './experiment/definition.ts';
export type { Answer, AnswerContent, Divergence, Pair, RecordedCall } from './traffic/answer.ts';

// Traffic
export { fromCallLog, type CallLogTraffic } from './traffic/from-call-log.ts';
export { fromRecordings } from './traffic/from-recordings.ts';
export { fromTrajectories } from './traffic/from-trajectories.ts';
export type { ExcludedCall, ExcludedCalls, ListedCall, Traffic } from './traffic/traffic.ts';

// Run
export { planReplay, readReplay, removeReplay, replay } from './run/replay.ts';
export { labelReplay, type LabeledPair } from './stored/label.ts';
export type { ReplayPlan } from './report/report.ts';

// Report
export { toReplayHtml, type ReplayHtmlOptions } from './stored/replay-html.ts';
export { toReplayMarkdown } from './report/markdown.ts';
export { toReplayText, type ReplayTextOptions } from './report/text.ts';
export type {
  Estimate,
  ReplayCost,
  ReplayJudgment,
  ReplayKind,
  ReplayLatency,
  ReplayModels,
  ReplayReport,
  ReplayRule,
  ReplaySample,
} from './report/report.ts';

// Types of other packages that the public types use
export type { CallLog, CallQuery } from '@majordomo/admin';
export type { Batches } from '@majordomo/batch';
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
export type { Check, EvalDefinition } from '@majordomo/evals';
