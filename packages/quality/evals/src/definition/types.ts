import type { RunResult } from '@majordomo/agent';
import type { Catalog, Cost } from '@majordomo/catalog';
import type {
  ChatModel,
  ChatResponse,
  Clock,
  ErrorKind,
  JsonObject,
  JsonValue,
  Majordomo,
  Message,
  ToolCallPart,
} from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { Trajectory } from '@majordomo/trajectory';

/** One input to evaluate, with the expected output. `input` must be JSON, except for bytes inside messages. */
export interface Case<Input = JsonValue, Expected = unknown> {
  /** Unique name of 1 to 200 characters, which identifies the case in a baseline. `@default 12 digits of the SHA-256 of input` */
  readonly id?: string | undefined;
  readonly input: Input;
  /** Expected output, passed to the checks. `exact` and `contains` compare with it by default. */
  readonly expected?: Expected | undefined;
  /** Labels for `only` and for reports. */
  readonly tags?: readonly string[] | undefined;
}

/** Final text and tool calls of a recorded run, as in `expected` of a case from `casesFromTrajectories`. */
export interface RecordedOutput {
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly args: JsonObject }[];
}

/** Definition of an evaluation: the cases, the subject, and the checks that score its outputs. */
export interface EvalDefinition<Input = JsonValue, Expected = unknown> {
  /** Name of the evaluation and of its files: 1 to 100 letters, digits, `.`, `_` and `-`, not starting with `.`. */
  readonly name: string;
  /**
   * Majordomo for `context.model` and judges. `@default none; for majordomo eval run, the majordomo of its configuration`
   */
  readonly majordomo?: Pick<Majordomo, 'model' | 'resolve'> | undefined;
  readonly cases: Iterable<Case<Input, Expected>> | AsyncIterable<Case<Input, Expected>>;
  /** Produces the output of one case. Called once per case and trial. */
  readonly subject: Subject<Input>;
  /** Checks by name. Each score is compared with the baseline. A name has 1 to 60 characters. `usd` and `ms` are reserved. */
  readonly checks?: Readonly<Record<string, Check<Input, Expected>>> | undefined;
  /**
   * Conditions that every sample must meet. A score below 1 in any sample fails the evaluation. Names follow the rules of
   * `checks` and must differ from the names of checks.
   */
  readonly gates?: Readonly<Record<string, Check<Input, Expected>>> | undefined;
  /** Number of times that each case runs, 1 to 100. More trials narrow the intervals. `@default 1` */
  readonly trials?: number | undefined;
  /** Maximum number of samples that run at the same time, 1 to 1,000. `@default 4` */
  readonly concurrency?: number | undefined;
  /**
   * Maximum duration of one sample with its checks, in milliseconds. A sample that exceeds the maximum has no result. 0 disables
   * the maximum. `@default 300_000`
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Maximum acceptable decrease of the mean score, such as 0.05, by check name. For `usd` and `ms`, the relative increase.
   * `false` reports a metric without comparing it. `@default 0.05 for checks, 0.1 for usd, false for ms`
   */
  readonly margins?: Readonly<Record<string, number | false>> | undefined;
  /**
   * Part of every recording's key. Change the version after a change that requests do not contain, such as alias settings,
   * provider options or the tools' data. `@default ''`
   */
  readonly version?: string | undefined;
}

/**
 * Produces an output: text, JSON, the result of a model or agent, or a stored trajectory. Make each model call through `context`,
 * so that the call is recorded and its cost is known.
 *
 * A thrown error of a kind that the subject's own behavior causes (`invalid-request`, `unsupported`, `not-found`, `context-overflow`,
 * `content-filter`, `truncated`, `empty`, `invalid-output`), and any error that is not an `LlmError`, is a bad result, for which every check
 * scores 0. Any other kind (`config`, `auth`, `billing`, `denied`, `quota`, `rate-limit`, `overloaded`, `server`, `timeout`, `network`,
 * `protocol`, `aborted`, `exhausted`) means that the sample has no result: the sample is omitted and the evaluation is `incomplete`.
 */
export type Subject<Input> = (
  input: Input,
  context: SubjectContext<Input>,
) => SubjectResult | Promise<SubjectResult>;

/**
 * Result of a subject. A `ChatResponse`, an `ObjectResponse`, a `RunResult` or a `Trajectory` is recognized by its members. A string
 * becomes `Output.text`. Any other JSON value becomes `Output.value`. For all other values, the evaluation rejects with `config`.
 */
export type SubjectResult = ChatResponse | RunResult | Trajectory | string | number | boolean | null | object;

/** Context of a subject for one sample. */
export interface SubjectContext<Input = unknown> extends CallContext {
  readonly case: Case<Input> & { readonly id: string };
  /** Number of the trial, starting at 1. */
  readonly trial: number;
}

/** Access to models and effects whose results are recorded and replayed. */
export interface CallContext {
  /** Signal that aborts when the evaluation aborts or the sample's time is over. */
  readonly signal: AbortSignal;
  /**
   * Returns a recorded model of the definition's `majordomo`. Its resolved targets are part of the recording's key. Throws `config`
   * without `majordomo`.
   */
  readonly model: (spec: string) => ChatModel;
  /** Returns a model that records the calls of the given model, for applications that create models themselves. */
  readonly recorded: (model: ChatModel) => ChatModel;
  /**
   * Runs an effect, such as a search or a request to another system, and records its result. If the result is already recorded,
   * returns it without calling `run`. Results are stored by `toJson` and restored by `fromJson`.
   *
   * @param key everything that the result depends on
   */
  readonly effect: <T>(key: JsonValue, run: () => T | Promise<T>) => Promise<T>;
}

/** Output with all data that a check may use. */
export interface Output<Input = unknown, Expected = unknown> {
  readonly case: Case<Input, Expected> & { readonly id: string };
  readonly input: Input;
  readonly expected: Expected | undefined;
  readonly trial: number;
  /** Text of the output, or the compact JSON of a JSON value. */
  readonly text: string;
  /** Value of a typed object or JSON output, otherwise `undefined`. */
  readonly value: unknown;
  /** Transcript of an agent or trajectory, or the one message of a response. */
  readonly messages: readonly Message[];
  /** Tool calls of the transcript, in order. Omits the calls in an input that is itself a list of messages. */
  readonly toolCalls: readonly ToolCallPart[];
  /** Targets that responded, in the order of the calls. */
  readonly targets: readonly string[];
  /** Arms that splits of `@majordomo/routing` chose in the calls of the subject, by name; `undefined` if none was chosen. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Number of model calls of the subject. */
  readonly calls: number;
  /** Cost of all model calls of the subject, failed attempts included, at the prices of the day of each call. */
  readonly cost: Cost;
  /** Duration of the subject in milliseconds. A sample without live calls has its recorded duration. */
  readonly ms: number;
  /** Text of the baseline's output for this case and trial, or for the first trial if the baseline has fewer trials. */
  readonly baseline: string | undefined;
}

/** Score. 1 or true is the best score, 0 or false the worst. `undefined`: the check does not apply to this case. */
export type Score = number | boolean | undefined;
/** Score, or a score with its reason. */
export type CheckResult =
  | Score
  | { readonly score: Score; /** Reason that reports show. */ readonly reason?: string | undefined };

/**
 * Scores an output. If the check throws an `LlmError`, the sample has no result. Any other error scores 0, with its message as
 * the reason. For a score outside 0 to 1, the evaluation rejects with `config`.
 */
// `any` makes a check that ignores the input assignable to every evaluation.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Check<Input = any, Expected = any> {
  (output: Output<Input, Expected>, context: CallContext): CheckResult | Promise<CheckResult>;
  /** Version of the rules that the check applies. Scores are compared only with a baseline that has the same version. */
  readonly version?: string | undefined;
  /** Whether the mean score is compared with 0.5 instead of the baseline's scores. Set by `preferred`. */
  readonly isPreference?: true | undefined;
}

/** Value for all cases, or a function that returns the value for a case. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type OfCase<T> = T | ((of: Case<any, any>) => T);

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Folder of `<name>.recordings.jsonl` and `<name>.baseline.jsonl`. Created when a file is written. `@default 'evals' in the working directory` */
  readonly folder?: string | undefined;
  /**
   * `replay`: calls no model and runs no effect. A sample with unrecorded calls has no result. `record`: replays recorded calls, makes the other
   * calls and stores them. After a crash or an abort, the next `record` continues. `live`: calls every time and stores nothing. `@default 'replay'`
   */
  readonly mode?: 'replay' | 'record' | 'live' | undefined;
  /**
   * Whether the result is written as the new baseline. Nothing is written for an incomplete run, a failed gate or a run restricted by
   * `only`. `@default false`
   */
  readonly accept?: boolean | undefined;
  /**
   * Maximum cost of live calls of this run in dollars, judges included, such as `'5'`. When the budget is spent, no further sample
   * starts, so at most `concurrency` samples exceed the budget. A live call of unknown cost stops the run as well. `@default no limit`
   */
  readonly budgetUsd?: string | undefined;
  /** Ids or tags of the cases to run. An empty list or an unknown label is an error. `@default all cases` */
  readonly only?: readonly string[] | undefined;
  /** Number of times that each case runs, 1 to 100. `@default the value of the definition` */
  readonly trials?: number | undefined;
  /** Maximum number of samples that run at the same time, 1 to 1,000. `@default the value of the definition` */
  readonly concurrency?: number | undefined;
  /** Listener called after each sample. Errors that it throws are ignored. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Signal that aborts the run, which then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Redactor that finds secrets. A recording that contains a secret is not stored, and the evaluation contains a warning.
   * `@default createRedactor()`
   */
  readonly redactor?: Redactor | undefined;
  /** Catalog for prices. `@default the shipped catalog` */
  readonly catalog?: Catalog | undefined;
  /** Source of time. `@default real time` */
  readonly clock?: Clock | undefined;
}

/** Progress of a run. */
export interface Progress {
  /** Number of finished samples. */ readonly done: number;
  /** Number of planned samples. */ readonly total: number;
  /** Number of samples without a result. */
  readonly errors: number;
  /** Number of samples that made no live call. */
  readonly replayed: number;
  /** Cost of live calls so far, as decimal nano-USD. `undefined` if the cost of a call is not known. */
  readonly spentNanoUsd: string | undefined;
}

/**
 * `fail`: a gate failed, or a metric is worse than the baseline beyond chance (at most 5 % false alarms over all metrics), and its loss may
 * reach its margin. `pass`: every check with a margin was compared, every compared metric lost less than its margin, with 95 % confidence, or
 * did not change, and at least one metric was compared or one gate passed. A run that was accepted as the baseline also passes.
 * `inconclusive`: neither applies, so more cases or trials, or a new baseline, are needed. `incomplete`: some samples have no result, and the
 * other samples do not cause `fail`.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'incomplete';

/** Finished run, as JSON. Equal recordings produce equal evaluations, except for `at`. A baseline is an accepted evaluation. */
export interface Evaluation {
  readonly format: 'majordomo-evaluation/1';
  readonly name: string;
  /** Time of the run, ISO 8601 in UTC. */
  readonly at: string;
  readonly verdict: Verdict;
  /** Sentences that explain the verdict, most important first. */
  readonly reasons: readonly string[];
  /** Checks in the order of the definition. */
  readonly checks: readonly {
    readonly name: string;
    readonly version?: string | undefined;
    /** Whether the check is `preferred`. */ readonly isPreference?: true | undefined;
  }[];
  /** Margins that apply to the checks, `usd` and `ms`. */
  readonly margins: Readonly<Record<string, number | false>>;
  /** Metrics of the checks in the order of the definition, then `usd` and `ms`. */
  readonly metrics: readonly Metric[];
  readonly gates: readonly GateResult[];
  readonly totals: Totals;
  /** Baseline of the comparison. `undefined` if no baseline exists. */
  readonly baseline:
    | {
        readonly at: string;
        /** Number of cases that both evaluations contain. */ readonly paired: number;
        readonly added: readonly string[];
        readonly removed: readonly string[];
      }
    | undefined;
  readonly warnings: readonly string[];
  /** Samples, sorted by the id of the case and then by the number of the trial. */
  readonly samples: readonly Sample[];
}

/** One metric and its comparison with the baseline. */
export interface Metric {
  readonly name: string;
  readonly kind: 'score' | 'usd' | 'ms';
  /** Mean over cases: a score, dollars or milliseconds. `undefined` if no sample has a known value. */
  readonly mean: number | undefined;
  /** Mean of the paired cases in the baseline; 0.5 for `preferred`. `undefined` if no case is paired. */
  readonly before: number | undefined;
  /** Difference over the paired cases: score points (0.05 is five points), or relative to the baseline for `usd` and `ms`. */
  readonly difference: number | undefined;
  /** 90 % interval of the difference: each end is exceeded by chance 5 % of the time. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Probability of a loss at least this large by chance alone, corrected for the number of compared metrics. */
  readonly p: number | undefined;
  /** Margin in the unit of `difference`. */ readonly margin: number | undefined;
  /** Verdict on the metric. `not-compared`: the metric does not affect the verdict of the evaluation. `reason` explains why. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-compared';
  readonly reason: string | undefined;
  /** Number of paired cases. */
  readonly cases: number;
  /** Number of paired cases whose recorded calls or scores changed. */ readonly changed: number;
  /** Estimated trials per case with which an unchanged subject would pass. Set only for an inconclusive score, and only up to 100. */
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
  /** Number of cases. */ readonly cases: number;
  /** Number of finished samples. */ readonly samples: number;
  /** Number of finished samples without a result. */ readonly errors: number;
  /** Number of samples that were not started because the budget was spent. */
  readonly skipped: number;
  /** Number of samples that made no live call. */ readonly replayed: number;
  /** Cost of the subject, as decimal nano-USD. `undefined` if the cost of some sample is not known. */
  readonly nanoUsd: string | undefined;
  /** Cost of the checks' model calls, as decimal nano-USD. `undefined` if the cost of a call is not known. */
  readonly judgeNanoUsd: string | undefined;
  /** Cost of the live calls in this run, as decimal nano-USD. `undefined` if the cost of a call is not known. */
  readonly spentNanoUsd: string | undefined;
  /** Median of the samples' durations, in milliseconds. */
  readonly msP50: number | undefined;
  /** 95th percentile of the samples' durations, in milliseconds. */ readonly msP95: number | undefined;
}

/** One case in one trial. The redactor masks its input, text, arguments of tools, reasons and errors. */
export interface Sample {
  readonly case: string;
  readonly trial: number;
  readonly tags: readonly string[];
  /** Compact JSON of the input, cut at 2,000 characters. */
  readonly input: string;
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly args: JsonObject }[];
  readonly targets: readonly string[];
  /** Arms that splits of `@majordomo/routing` chose in the calls of the subject, by name; absent if none was chosen. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Scores by check name. A check that does not apply has no score. Empty if the sample has no result. */
  readonly scores: Readonly<Record<string, { readonly score: number; readonly reason?: string | undefined }>>;
  readonly gates: Readonly<
    Record<string, { readonly passed: boolean; readonly reason?: string | undefined }>
  >;
  /** Cost of the subject's calls, as decimal nano-USD. */ readonly nanoUsd: string | undefined;
  /** Duration of the subject, in milliseconds. */ readonly ms: number;
  /** Failure of the sample. If `counts` is true, every check scores 0. Otherwise, the sample has no result. */
  readonly error:
    | { readonly kind: ErrorKind | 'error'; readonly message: string; readonly counts: boolean }
    | undefined;
  /** Whether no live call was made. */
  readonly replayed: boolean;
  /** Digest of all model calls and effects of the subject and their results. */
  readonly fingerprint: string;
}
