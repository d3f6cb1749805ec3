import type { RunResult } from '@majordomo/agent';
import type { Cost } from '@majordomo/catalog';
import type {
  ChatModel,
  ChatResponse,
  JsonObject,
  JsonValue,
  Majordomo,
  Message,
  ToolCallPart,
} from '@majordomo/core';
import type { Trajectory } from '@majordomo/trajectory';

/** One input to evaluate, with the expected output. JSON, except for bytes inside messages. */
export interface Case<Input = JsonValue, Expected = unknown> {
  /** Name that pairs this case with the same case of a baseline; 1 to 200 characters, unique. Default: the first 12 hexadecimal digits of the SHA-256 of `input`. */
  readonly id?: string | undefined;
  readonly input: Input;
  /** Expected output, passed to the checks. `exact` and `contains` compare with it by default. */
  readonly expected?: Expected | undefined;
  /** Labels for `only` and for reports. */
  readonly tags?: readonly string[] | undefined;
}

/** Output of a recorded run: the expected output of a case from `casesFromTrajectories`. */
export interface RecordedOutput {
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly args: JsonObject }[];
}

/** Definition of an evaluation: the subject and its scores. */
export interface EvalDefinition<Input = JsonValue, Expected = unknown> {
  /** Name of the evaluation and of its files: 1 to 100 letters, digits, `.`, `_` and `-`, not starting with `.`. */
  readonly name: string;
  /**
   * Majordomo that creates the models of `context.model` and of judges. Default: none; under `majordomo eval run`, the majordomo of the configuration.
   */
  readonly majordomo?: Pick<Majordomo, 'model' | 'resolve'> | undefined;
  readonly cases: Iterable<Case<Input, Expected>> | AsyncIterable<Case<Input, Expected>>;
  /** Produces the output of one case. Called once per case and trial. */
  readonly subject: Subject<Input>;
  /** Checks by name. Each score is compared with the baseline. A name has 1 to 60 characters; `usd` and `ms` are reserved. */
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
   * Maximum acceptable loss by check name: 0.05 is five points of a score. For `usd` and `ms`, the maximum acceptable relative increase.
   * `false` reports a metric without comparing it. `@default 0.05 for checks, 0.1 for usd, false for ms`
   */
  readonly margins?: Readonly<Record<string, number | false>> | undefined;
  /**
   * Part of every recording's key. Change it when something changes that is not visible in requests, such as the settings of an alias,
   * provider options or the tools' data. `@default ''`
   */
  readonly version?: string | undefined;
}

/**
 * Produces an output: text, JSON, the result of a model or agent, or a stored trajectory. Every model call goes through `context`, so that it
 * is recorded and its cost is known.
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
 * A `ChatResponse`, an `ObjectResponse`, a `RunResult` or a `Trajectory` is recognized by its members. A string becomes `Output.text`. Any
 * other value must be JSON and becomes `Output.value`; `undefined`, functions and class instances reject the evaluation with `config`.
 */
export type SubjectResult = ChatResponse | RunResult | Trajectory | string | number | boolean | null | object;

/** Context of a subject for one sample. */
export interface SubjectContext<Input = unknown> extends CallContext {
  readonly case: Case<Input> & { readonly id: string };
  /** Number of the trial, from 1. */
  readonly trial: number;
}

/** Access to models whose answers are recorded and replayed. */
export interface CallContext {
  /** Signal that aborts with the evaluation and when the sample's time is over. */
  readonly signal: AbortSignal;
  /** Returns a recorded model of the definition's `majordomo`. Its resolved targets are part of the recording's key. Throws `config` without `majordomo`. */
  readonly model: (spec: string) => ChatModel;
  /** Returns a model that records the calls of the given model, for applications that create models themselves. */
  readonly recorded: (model: ChatModel) => ChatModel;
  /**
   * Runs an effect and records its result, such as a search or an answer from another system. In replay the recorded value is
   * returned and `run` is not called. Results are stored by `toJson` and restored by `fromJson`.
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
  /** Value of a typed object or JSON output; otherwise `undefined`. */
  readonly value: unknown;
  /** Transcript of an agent or trajectory, or the one message of a response. */
  readonly messages: readonly Message[];
  /** Tool calls of the transcript, in order, without those of an input that is itself a list of messages. */
  readonly toolCalls: readonly ToolCallPart[];
  /** Targets that responded, in order of the calls. */
  readonly targets: readonly string[];
  /** Number of model calls of the subject. */
  readonly calls: number;
  /** Cost of all model calls of the subject, failed attempts included, at the prices of the day they were made. */
  readonly cost: Cost;
  /** Duration of the subject in milliseconds; in replay, the recorded duration. */
  readonly ms: number;
  /** Text of the baseline for this case and trial, or of its first trial if the baseline has fewer trials. */
  readonly baseline: string | undefined;
}

/** Score: 1 or true is the best, 0 or false the worst. `undefined`: the check does not apply to this case. */
export type Score = number | boolean | undefined;
/** Score, or a score with its reason. */
export type CheckResult =
  Score | { readonly score: Score; /** Reason that reports show. */ readonly reason?: string | undefined };

/**
 * Scores an output. A thrown error counts as 0 with its message as reason, except that an `LlmError` of a check's model call leaves the
 * sample without a result. A score outside 0 to 1 throws `config`.
 */
// A check that ignores the input applies to every evaluation.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Check<Input = any, Expected = any> {
  (output: Output<Input, Expected>, context: CallContext): CheckResult | Promise<CheckResult>;
  /** Version of the rules that the check applies. Scores are compared only with a baseline that has the same version. */
  readonly version?: string | undefined;
  /** Whether scores are compared with 0.5. Set by `preferred`. */
  readonly isPreference?: true | undefined;
}

/** A value, or a function of the case that returns it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type OfCase<T> = T | ((of: Case<any, any>) => T);
