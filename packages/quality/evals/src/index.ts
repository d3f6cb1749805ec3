export { evaluate } from './run/evaluate.ts';
export { defineEval } from './definition/options.ts';
export type {
  CallContext,
  Case,
  EvalDefinition,
  EvaluateOptions,
  Progress,
  Subject,
} from './definition/types.ts';
export type {
  Check,
  CheckResult,
  OfCase,
  Output,
  Score,
  SubjectContext,
  SubjectResult,
} from './definition/types.ts';
export type {
  Evaluation,
  GateResult,
  Metric,
  RecordedOutput,
  Sample,
  Totals,
  Verdict,
} from './definition/types.ts';

// Cases, checks and judges
export { casesFromTrajectories, readCases } from './cases/cases.ts';
export { answeredBy, calledNoTool, calledTool, calledTools, contains, exact } from './checks/checks.ts';
export {
  matches,
  matchesSchema,
  maxCalls,
  maxMs,
  maxUsd,
  noSecrets,
  type ToolCallRule,
} from './checks/checks.ts';
export { judge, preferred, type JudgeOptions } from './checks/judge.ts';
export {
  calibrate,
  type Agreement,
  type CalibrateOptions,
  type Judgment,
  type Labeled,
} from './run/calibrate.ts';

// Comparison and files
export { compare, type CompareOptions } from './compare/compare.ts';
export { readEvaluation, writeEvaluation } from './compare/evaluation-file.ts';

// Reports
export { isFailed } from './cases/samples.ts';
export { toHtml } from './report/html.ts';
export { toJUnit } from './report/junit.ts';
export { toMarkdown } from './report/markdown.ts';
export { toTable, type TableOptions } from './report/table.ts';
export { toText } from './report/sample-text.ts';

// Types of other packages that the types of this package use
export type { RunResult } from '@majordomo/agent';
export type { Catalog, Cost } from '@majordomo/catalog';
export type { Redactor } from '@majordomo/redact';
export type { Trajectory } from '@majordomo/trajectory';
