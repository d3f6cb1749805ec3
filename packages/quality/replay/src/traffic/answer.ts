import type { ChatRequest, ChatResponse, LlmError, Message } from '@majordomo/core';

/** Content of an answer: the members of a chat response that do not depend on when and how it was received. */
export type AnswerContent = Pick<ChatResponse, 'parts' | 'finish' | 'target' | 'usage'>;

/** Recorded call with its content. */
export interface RecordedCall {
  /** Unique id: call id of the log, `<run>/<turn>` of a trajectory, or `<case>#<trial>/<call>` of an evaluation. */
  readonly id: string;
  /** Start time, ISO 8601 in UTC: that of the run for a turn of a trajectory, and 1970 for an evaluation, which has no time. */
  readonly at: string;
  readonly request: ChatRequest;
  /**
   * Messages between the request and the response: tool calls and their recorded results. Only with `follow`, where the request ends
   * with its last user message.
   */
  readonly steps?: readonly Message[] | undefined;
  readonly response: AnswerContent;
  readonly tenant?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Model name that the client sent, or spec of the call. */
  readonly name?: string | undefined;
  /** Arms that splits of `@majordomo/routing` chose, by name. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Duration in milliseconds, if it was recorded. */
  readonly ms?: number | undefined;
  /** Time from the start to the first content in milliseconds, if it was recorded. */
  readonly firstMs?: number | undefined;
  /** Booked cost in nano-USD, as a decimal integer. */
  readonly nanoUsd?: string | undefined;
  /** Number of values in the request that a redactor replaced. */
  readonly redactions?: number | undefined;
}

/** Answer to a recorded request. Its cost is in nano-USD, as a decimal integer, and its times are in milliseconds. */
export interface Answer {
  readonly response: AnswerContent | undefined;
  /** Messages before the response: tool calls and their recorded results. Only with `follow`. */
  readonly steps?: readonly Message[] | undefined;
  /** Failure that the model caused, instead of a response. */
  readonly error?: LlmError | undefined;
  readonly ms?: number | undefined;
  /** Time from the start to the first content. */
  readonly firstMs?: number | undefined;
  readonly nanoUsd?: string | undefined;
}

/** Recorded answer and the candidate's answer to one call. */
export interface Pair {
  readonly call: RecordedCall;
  readonly recorded: Answer;
  readonly candidate: Answer;
}

/** Difference between the tool calls of an answer and the recorded ones. */
export interface Divergence {
  readonly type:
    | 'other-arguments'
    | 'other-tool'
    | 'missing-call'
    | 'additional-call'
    | 'repeated-call'
    | 'answer-instead-of-call'
    | 'call-instead-of-answer'
    | 'invalid-arguments'
    | 'unknown-tool'
    | 'too-many-steps';
  /** Tool of the call that differs; for `too-many-steps`, of the last call. */
  readonly tool: string;
  /** Paths of the arguments that differ, such as `/to/0`. */
  readonly paths?: readonly string[] | undefined;
}
