import type { Catalog } from '@majordomo/catalog';
import type { Clock, ErrorKind, JsonObject } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';

/** Options of one run. */
export interface EvaluateOptions {
  /** Folder of `<name>.recordings.jsonl` and `<name>.baseline.jsonl`. Created when a file is written. `@default 'evals' in the working directory` */
  readonly folder?: string | undefined;
  /**
   * `replay`: calls no model and runs no effect; a sample whose calls are not recorded has no result. `record`: replays recorded calls, makes the other
   * calls and stores them. After a crash or an abort, the next `record` continues. `live`: calls every time and stores nothing. `@default 'replay'`
   */
  readonly mode?: 'replay' | 'record' | 'live' | undefined;
  /** Whether the result is written as the new baseline. Nothing is written for an incomplete run, a failed gate or a run restricted by `only`. `@default false` */
  readonly accept?: boolean | undefined;
  /**
   * Maximum cost of live calls of this run in dollars, judges included, such as `'5'`. When the budget is spent, no further sample
   * starts, so at most `concurrency` samples exceed the budget. A live call of unknown cost stops the run as well. `@default no limit`
   */
  readonly budgetUsd?: string | undefined;
  /** Ids or tags of the cases to run; other cases are omitted. */
  readonly only?: readonly string[] | undefined;
  /** Overrides the member of the definition with this name. `@default the value of the definition` */
  readonly trials?: number | undefined;
  /** Overrides the member of the definition with this name. `@default the value of the definition` */
  readonly concurrency?: number | undefined;
  /** Listener called after each sample. Errors that it throws are ignored. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Signal that aborts the run, which then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Redactor that finds secrets. A recording that contains a secret is not stored, and the evaluation contains a warning. `@default createRedactor()` */
  readonly redactor?: Redactor | undefined;
  /** Catalog for prices. `@default the shipped catalog` */
  readonly catalog?: Catalog | undefined;
  /** Source of time. `@default real time` */
  readonly clock?: Clock | undefined;
}

/** Progress of a run. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Number of samples without a result. */
  readonly errors: number;
  /** Number of samples that made no live call. */
  readonly replayed: number;
  /** Cost of live calls so far, as decimal nano-USD. `undefined` if the cost of a call is not known. */
  readonly spentNanoUsd: string | undefined;
}

/**
 * `fail`: a gate failed, or a metric is worse than the baseline beyond its margin and beyond chance (at most 5 % false alarms over all
 * metrics). `pass`: every metric has lost less than its margin, with 95 % confidence. `inconclusive`: neither applies, so more cases or
 * trials are needed. `incomplete`: some samples have no result, and the results of the others do not cause `fail`.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'incomplete';

/** Finished run, as JSON. Equal recordings give equal values, except for `at`. A baseline is the accepted evaluation. */
export interface Evaluation {
  readonly format: 'majordomo-evaluation/1';
  readonly name: string;
  /** Time of the run, ISO 8601 in UTC. */
  readonly at: string;
  readonly verdict: Verdict;
  /** Sentences that explain the verdict, most important first. */
  readonly reasons: readonly string[];
  /** Checks in order of the definition. */
  readonly checks: readonly {
    readonly name: string;
    readonly version?: string | undefined;
    /** Whether the check is `preferred`. */ readonly isPreference?: true | undefined;
  }[];
  /** Margins that apply to the checks, `usd` and `ms`. */
  readonly margins: Readonly<Record<string, number | false>>;
  /** Checks in order of the definition, then `usd` and `ms`. */
  readonly metrics: readonly Metric[];
  readonly gates: readonly GateResult[];
  readonly totals: Totals;
  /** Baseline of the comparison. `undefined` if none exists. */
  readonly baseline:
    | {
        readonly at: string;
        /** Number of cases in both evaluations. */ readonly paired: number;
        readonly added: readonly string[];
        readonly removed: readonly string[];
      }
    | undefined;
  readonly warnings: readonly string[];
  /** Sorted by case, then trial. */
  readonly samples: readonly Sample[];
}

/** One metric and its comparison. */
export interface Metric {
  readonly name: string;
  readonly kind: 'score' | 'usd' | 'ms';
  /** Mean over cases: a score, dollars or milliseconds. `undefined` if it is known for no sample. */
  readonly mean: number | undefined;
  /** Mean of the paired cases in the baseline; 0.5 for `preferred`. */
  readonly before: number | undefined;
  /** Difference over the paired cases: score points (0.05 is five points), or relative to the baseline for `usd` and `ms`. */
  readonly difference: number | undefined;
  /** 90 % interval of the difference: each end is exceeded by chance 5 % of the time. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Probability of a loss at least this large by chance alone, corrected for the number of compared metrics. */
  readonly p: number | undefined;
  readonly margin: number | undefined;
  /** Verdict on the metric. `not-compared`: the metric does not affect the verdict of the evaluation; `reason` explains why. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-compared';
  readonly reason: string | undefined;
  /** Number of paired cases, and number of those whose recorded calls or scores differ from the baseline's. */
  readonly cases: number;
  readonly changed: number;
  /** Estimated number of trials per case with which an unchanged subject would pass, at most 100. Set for `inconclusive`. */
  readonly trialsNeeded: number | undefined;
}

/** Result of a gate over all samples. */
export interface GateResult {
  readonly name: string;
  readonly passed: boolean;
  /** Samples that failed, as `<case>#<trial>`. */
  readonly failed: readonly string[];
}

/** Counts, costs and times of all samples. */
export interface Totals {
  readonly cases: number;
  readonly samples: number;
  readonly errors: number;
  /** Number of samples that were not started because the budget was spent. */
  readonly skipped: number;
  readonly replayed: number;
  /** Cost of the subject, as decimal nano-USD. `undefined` if the cost of some sample is not known. */
  readonly nanoUsd: string | undefined;
  /** Cost of judges. */
  readonly judgeNanoUsd: string | undefined;
  /** Cost of live calls in this run. */
  readonly spentNanoUsd: string | undefined;
  /** Median and 95th percentile of the samples' durations, in milliseconds. */
  readonly msP50: number | undefined;
  readonly msP95: number | undefined;
}

/** One case in one trial. Text is masked by the redactor. */
export interface Sample {
  readonly case: string;
  readonly trial: number;
  readonly tags: readonly string[];
  /** Compact JSON of the input, cut at 2,000 characters. */
  readonly input: string;
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly args: JsonObject }[];
  readonly targets: readonly string[];
  /** Score. Absent if the check does not apply or the sample has no result. */
  readonly scores: Readonly<Record<string, { readonly score: number; readonly reason?: string | undefined }>>;
  readonly gates: Readonly<
    Record<string, { readonly passed: boolean; readonly reason?: string | undefined }>
  >;
  readonly nanoUsd: string | undefined;
  readonly ms: number;
  /** Failure of the subject. `counts`: whether the failure is a bad result; otherwise the sample has no result. */
  readonly error:
    { readonly kind: ErrorKind | 'error'; readonly message: string; readonly counts: boolean } | undefined;
  /** Whether no live call was made. */
  readonly replayed: boolean;
  /** Digest of all requests of the subject and their responses. */
  readonly fingerprint: string;
}
