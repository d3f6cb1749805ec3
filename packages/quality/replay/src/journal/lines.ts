import type { JsonValue } from '@majordomo/core';
import type { Divergence } from '../traffic/answer.ts';
import type { ReplayPlan } from '../report/report.ts';
import type { StoredCost } from '../report/results.ts';
import type { Comparison } from '../compare/comparison.ts';

/** Format of the first line of a journal. */
export const FORMAT = 'majordomo-replay/1';

/** Position of a line in the file, in bytes. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** Answer of the model to try, or of the present model. */
export type Side = 'candidate' | 'control';

/** First line, with the options of the definition by which the sample was drawn. */
export interface HeaderLine {
  readonly format: typeof FORMAT;
  readonly name: string;
  /** Time of the sample, ISO 8601 in UTC. */
  readonly at: string;
  readonly seed: number;
  readonly sample: number | undefined;
  readonly precision: number | undefined;
  /** Share of the sample in the control. */
  readonly control: number;
  /** `true` if calls with redacted values are included. */
  readonly includeRedacted: true | undefined;
  /** `true` if the units are complete runs. */
  readonly follow: true | undefined;
}

/** Unit of the sample with its recorded call. */
export interface UnitLine extends UnitFacts {
  readonly type: 'unit';
  /** Recorded call, by `toJson`. */
  readonly call: JsonValue;
}

/** Facts about a unit, without its content. */
export interface UnitFacts {
  readonly id: string;
  readonly kind: string;
  readonly conversation: string;
  /** Unit whose result this near duplicate copies. */
  readonly copyOf: string | undefined;
  readonly isInControl: boolean;
  /** Target that answered the recorded call. */
  readonly recordedTarget: string;
  readonly recordedMs: number | undefined;
  readonly recordedFirstMs: number | undefined;
  readonly recordedFailure: string | undefined;
}

/** End of the sample. A journal without this line has an incomplete sample. */
export interface PlanLine {
  readonly type: 'plan';
  readonly plan: ReplayPlan;
}

/** Rules of a report, and how the answers were requested. */
export interface Rules {
  readonly minQuality: number;
  readonly maxCost: number | undefined;
  /** Models of the judge, if a model judges. */
  readonly judges: readonly string[];
  /** Chain of the candidate, if it has its own. */
  readonly candidate: string | undefined;
  /** Whether the answers were requested one by one, so that times are known. */
  readonly isLive: boolean;
}

/** Rules of a run. The last line applies. */
export interface RulesLine extends Rules {
  readonly type: 'rules';
}

/** Attempt that is about to be sent. Without a line of its end, the attempt was in flight when its process ended. */
export interface StartLine {
  readonly type: 'start';
  /** Id of the attempt. */
  readonly id: string;
  /** Key of the answer or verdict. */
  readonly key: string;
  readonly maxNanoUsd: string;
}

/** End of an attempt, with its cost, or with its maximum cost if the cost is not known. */
export interface EndLine {
  readonly type: 'end';
  readonly id: string;
  readonly nanoUsd: string;
}

/** Answer of a model, or its failure. */
export interface AnswerLine {
  readonly type: 'answer';
  readonly key: string;
  readonly unit: string;
  readonly side: Side;
  /** Response by `toJson`. */
  readonly response: JsonValue | undefined;
  readonly error: JsonValue | undefined;
  /** Duration. `undefined` for an item of a batch. */
  readonly ms: number | undefined;
  readonly firstMs: number | undefined;
  /** Cost of all attempts, or their maximum cost if it is not known. The lines of their ends, or of the job, book it. */
  readonly nanoUsd: string;
  /** Steps of the run before this answer, if complete runs are compared. */
  readonly earlier?: StoredSteps | undefined;
}

/** Steps of a run before an answer. */
export interface StoredSteps {
  /** Messages after the request, by `toJson`: answers with tool calls, and their results. */
  readonly messages: JsonValue;
  readonly ms: number;
  /** Cost of these answers. */
  readonly nanoUsd: string;
}

/** Verdict of a judge on one order of a pair. */
export interface VerdictLine {
  readonly type: 'verdict';
  readonly key: string;
  /** `undefined`: the judge gave no verdict that can be read. */
  readonly verdict: 'better' | 'equal' | 'worse' | undefined;
}

/** Result of one side of a unit. */
export interface ResultLine {
  readonly type: 'result';
  readonly key: string;
  readonly unit: string;
  readonly side: Side;
  /** Key of the answer. */
  readonly answer: string;
  readonly score: number;
  readonly by: Comparison['by'];
  readonly isDoubtful: boolean;
  readonly failure: string | undefined;
  readonly differences: readonly string[];
  readonly divergences: readonly Divergence[];
  readonly ms: number | undefined;
  readonly firstMs: number | undefined;
  /** Cost of the recorded answer of the present model. */
  readonly presentCost: StoredCost | undefined;
  readonly cost: StoredCost | undefined;
}

/** Batch job that is about to be submitted. */
export interface JobLine {
  readonly type: 'job';
  /** Key of the job. */
  readonly key: string;
  /** Keys of the answers or verdicts, in the order of the items. */
  readonly items: readonly string[];
  /** Maximum cost of each item. */
  readonly maxNanoUsd: readonly string[];
}

/** End of a job whose results are stored, with the cost of all its items. */
export interface JobEndLine {
  readonly type: 'job-end';
  readonly key: string;
  readonly nanoUsd: string;
}

/** Decision of a person about a unit: -1, 0 or 1. */
export interface LabelLine {
  readonly type: 'label';
  readonly unit: string;
  /** Key of the candidate's answer. Another answer needs another decision. */
  readonly answer: string;
  readonly label: number;
  readonly by: string;
  readonly at: string;
}

export type Line =
  | UnitLine
  | PlanLine
  | RulesLine
  | StartLine
  | AnswerLine
  | EndLine
  | VerdictLine
  | ResultLine
  | JobLine
  | JobEndLine
  | LabelLine;
