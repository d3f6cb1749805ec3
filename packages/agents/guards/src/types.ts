import type { ChatRequest, Clock, JsonObject } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';

/** Part of a call that a check judges. */
export type Side = 'input' | 'tool-result' | 'output' | 'tool-call';

/** Text that a check judges. */
export interface Subject {
  /**
   * Side of the call. `input`: system and user text that has not yet passed the checks, joined by blank lines. `tool-result`:
   * text of one tool result. `output`: text, reasoning or citations of the answer. `tool-call`: arguments of one call, as JSON.
   */
  readonly side: Side;
  /** Text of a request before masking, or text of an answer after its values are restored. */
  readonly text: string;
  /** Name of the tool. Set for `tool-call` and `tool-result`. */
  readonly tool?: string | undefined;
  /** Arguments of the call. Set for `tool-call`. */
  readonly args?: JsonObject | undefined;
}

/** Context of a check: the signal, and details of the guarded model call or tool call. */
export interface CheckContext {
  /** Signal that aborts when the run of the checks ends. Pass it to requests that a check sends. */
  readonly signal: AbortSignal;
  readonly tenant: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Spec of the guarded model. `undefined` in a guarded tool. */
  readonly spec: string | undefined;
  /** Complete request. `undefined` in a guarded tool. */
  readonly request: ChatRequest | undefined;
}

/** Refusal by a check. */
export interface Refusal {
  /** Reason for the error message and events. It must not quote the judged text. */
  readonly deny: string;
  /** Kind of the error: `denied` for a policy, `content-filter` for content. @default 'denied' */
  readonly kind?: 'denied' | 'content-filter' | undefined;
}

/** Named rule. A check is down if it throws, rejects, exceeds `timeoutMs` or returns an invalid result. See `whenDown`. */
export interface Check {
  /** Name of 1 to 60 characters, used in errors, events and metrics. */
  readonly name: string;
  /** Returns a refusal, or `undefined` to allow the text. */
  check(subject: Subject, context: CheckContext): Refusal | undefined | Promise<Refusal | undefined>;
  /**
   * Length of the longest phrase that the check must see at once, in characters. The last `span - 1` characters of a streamed
   * answer are not delivered until more text follows or the part ends. @default 1
   */
  readonly span?: number | undefined;
  /** Behavior if this check is down. @default the value of `GuardOptions.whenDown` */
  readonly whenDown?: 'deny' | 'allow' | undefined;
}

/** Rule for a kind of personal data with a recognizable pattern. */
export interface MaskRule {
  /** Name in placeholders, such as `[EMAIL_1]`, and in events. 1 to 30 capital letters, digits or `_`; the first is a letter. */
  readonly label: string;
  readonly pattern: RegExp;
  /** Capturing group that contains the value. @default 0 */
  readonly group?: number | undefined;
  /** Function that returns whether a match is valid, for example by its check digits. @default every match is valid */
  readonly valid?: ((value: string) => boolean) | undefined;
}

/** Range of a value in a text. The range begins at `start` and ends before `end`, as for `slice`. */
export interface FoundValue {
  /** Label as in `MaskRule`. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** Options for masking requests and restoring answers. */
export interface MaskOptions {
  /** Rules to apply. @default PII_RULES */
  readonly rules?: readonly MaskRule[] | undefined;
  /** Redactor that finds secrets to mask. Their placeholders have the form `[SECRET_1]`. @default none */
  readonly redactor?: Pick<Redactor, 'find'> | undefined;
  /**
   * Function that finds further values, such as names with an NER service. It receives all new text of a request at once, joined
   * by blank lines. If the function is down, `GuardOptions.whenDown` applies.
   */
  readonly find?: ((text: string, context: CheckContext) => Promise<readonly FoundValue[]>) | undefined;
  /**
   * Places where placeholders are replaced with their values. `text`: the text of the answer. `arguments`: the arguments of all
   * tool calls, or only those of the named tools. Other tools receive placeholders. @default { text: true, arguments: true }
   */
  readonly restore?:
    | { readonly text?: boolean | undefined; readonly arguments?: boolean | readonly string[] | undefined }
    | undefined;
}

/** Limits that determine when output checks run on a streamed answer, and how much delivered text they receive. */
export interface HoldBackOptions {
  /** Number of new characters after which the checks run. With 0, the checks run for every chunk. @default 400 */
  readonly characters?: number | undefined;
  /** Maximum time between the arrival of a character and the start of its checks, in milliseconds. @default 1_000 */
  readonly ms?: number | undefined;
  /** Number of delivered characters that the checks receive before the new text. @default 1_000 */
  readonly context?: number | undefined;
}

/** Options that guarded models and guarded tools share. */
export interface CheckPolicy {
  /** Behavior if a check is down. `deny`: the call fails with `denied`. `allow`: it continues with a warning. @default 'deny' */
  readonly whenDown?: 'deny' | 'allow' | undefined;
  /** Maximum time of one run of an asynchronous check, in milliseconds. 0 disables the limit. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** Listener for each action of a check or mask. Its events contain no content. Errors that the listener throws are ignored. */
  readonly onEvent?: ((event: GuardEvent) => void) | undefined;
  /** Source of time, for tests. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/** Policies of a guarded model. */
export interface GuardOptions extends CheckPolicy {
  /**
   * Checks of the system and user text of the complete request. A message object that passed for the same tenant is not judged
   * again, nor is a system text that equals the last system text that passed. @default []
   */
  readonly input?: readonly Check[] | undefined;
  /**
   * Checks of each tool result before it is sent. A refused result is replaced in the request, not in the transcript, by a note
   * that names the check. The call continues with a warning whose `action` is `dropped`. @default []
   */
  readonly toolResults?: readonly Check[] | undefined;
  /**
   * Checks of the answer's text, reasoning and tool calls before the caller receives them. If the request has an `output` schema,
   * the checks see the JSON with and without escapes, and a stream delivers the JSON when its part ends. @default []
   */
  readonly output?: readonly Check[] | undefined;
  /** Options for masking, which replaces personal data with placeholders before the request is sent. @default no masking */
  readonly mask?: MaskOptions | undefined;
  /**
   * `block`: the model is called when all input checks have passed. `parallel`: the model is called immediately, but its answer
   * is delivered only after all input checks have passed. A refusal aborts the call, but the vendor may bill tokens of the call.
   * Tool results are always judged first. @default 'block'
   */
  readonly mode?: 'block' | 'parallel' | undefined;
  /** Limits that determine when output checks run on a streamed answer. @default the defaults of its members */
  readonly holdBack?: HoldBackOptions | undefined;
}

/** Policies of a guarded tool. */
export interface ToolGuardOptions extends CheckPolicy {
  /** Checks of the arguments, after the schema has accepted them and before `run`. */
  readonly checks: readonly Check[];
}

/** Policies of `toolChecks`. */
export interface ToolChecksOptions extends CheckPolicy {
  /** Checks of the arguments of a call, as JSON, before it is sent. @default [] */
  readonly arguments?: readonly Check[] | undefined;
  /** Checks of the text of a result, before the caller receives it. @default [] */
  readonly results?: readonly Check[] | undefined;
}

/** Action of a check or a mask. Never contains text of the request or the answer. */
export interface GuardEvent {
  /** Outcome. `withheld`: a tool result was replaced. `down`: the check had no valid result. `masked`: values were masked. */
  readonly type: 'passed' | 'refused' | 'withheld' | 'down' | 'masked';
  /** Name of the check, or `mask` for the mask. */
  readonly rule: string;
  readonly side: Side;
  readonly kind?: 'denied' | 'content-filter' | undefined;
  /** Reason for the refusal, or description of the failure. */
  readonly reason?: string | undefined;
  /** Number of replacements by label. Set for `masked`. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
  /** Duration of the check or of the masking, in milliseconds. */
  readonly ms: number;
  readonly spec: string | undefined;
  readonly tenant: string | undefined;
}
