export { evaluate } from './evaluate.ts';
export { defineEval } from './options.ts';
export type { CallContext, Case, EvalDefinition, EvaluateOptions, Progress, Subject } from './types.ts';
export type { Check, CheckResult, OfCase, Output, Score, SubjectContext, SubjectResult } from './types.ts';
export type { Evaluation, GateResult, Metric, RecordedOutput, Sample, Totals, Verdict } from './types.ts';

// Cases, checks and judges
export { casesFromTrajectories, readCases } from './cases.ts';
export { answeredBy, calledNoTool, calledTool, calledTools, contains, exact } from './checks.ts';
export { matches, matchesSchema, maxCalls, maxMs, maxUsd, noSecrets, type ToolCallRule } from './checks.ts';
export { judge, preferred, type JudgeOptions } from './judge.ts';
export {
  calibrate,
  type Agreement,
  type CalibrateOptions,
  type Judgment,
  type Labeled,
} from './calibrate.ts';

// Comparison and files
export { compare, type CompareOptions } from './compare.ts';
export { readEvaluation, writeEvaluation } from './evaluation-file.ts';

// Reports
export { isFailed } from './samples.ts';
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
