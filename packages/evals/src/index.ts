export { evaluate } from './evaluate.ts';
export { compare, type CompareOptions } from './compare.ts';
export { readEvaluation, writeEvaluation } from './evaluation-file.ts';
export { defineEval } from './options.ts';
export type {
  EvaluateOptions,
  Evaluation,
  GateResult,
  Metric,
  Progress,
  Sample,
  Totals,
  Verdict,
} from './evaluation.ts';
export type { CallContext, Case, EvalDefinition, RecordedOutput, Subject } from './types.ts';
export type { Check, CheckResult, OfCase, Output, Score, SubjectContext, SubjectResult } from './types.ts';

// cases and checks
export { casesFromTrajectories, readCases } from './cases.ts';
export {
  answeredBy,
  calledNoTool,
  calledTool,
  calledTools,
  contains,
  exact,
  matches,
  matchesSchema,
  maxCalls,
  maxMs,
  maxUsd,
  noSecrets,
  type ToolCallRule,
} from './checks.ts';

// judges
export { judge, preferred, type JudgeOptions } from './judge.ts';
export { calibrate, type CalibrateOptions, type Labeled } from './calibrate.ts';
export type { Agreement, Judgment } from './agreement.ts';

// reports
export { toText } from './report/plain-text.ts';
export { isFailed } from './samples.ts';
export { toJUnit } from './report/junit.ts';
export { toMarkdown } from './report/markdown.ts';
export { toHtml } from './report/html.ts';
export { toTable, type TableOptions } from './report/table.ts';

// types of other packages that are used
export type { RunResult } from '@majordomo/agent';
export type { Catalog, Cost } from '@majordomo/catalog';
export type { Redactor } from '@majordomo/redact';
export type { Trajectory } from '@majordomo/trajectory';
