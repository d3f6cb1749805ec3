import type { Attempt } from './llm-error.ts';
import type { AssistantMessage } from './message.ts';
import type { AssistantPart, ToolCallPart } from './part.ts';
import type { Usage } from './usage.ts';

/** `incomplete`: the vendor paused the turn; send the transcript back to go on. */
export type FinishReason =
  'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'incomplete' | 'other';

/** Something was not done as asked. Nothing is dropped in silence. */
export interface Warning {
  readonly action: 'dropped' | 'coerced' | 'emulated' | 'repaired' | 'continued';
  /** Such as `temperature`. */
  readonly what: string;
  readonly why: string;
}

/** A whole answer, and how it came about. */
export interface ChatResponse {
  /** The vendor's id of the response. */
  readonly id: string | undefined;
  /** `provider/model` that answered. */
  readonly target: string;
  /** The spec that was asked for. */
  readonly spec: string;
  /** For the transcript of the next call. */
  readonly message: AssistantMessage;
  /** Those of `message`. */
  readonly parts: readonly AssistantPart[];
  /** All text parts, joined. */
  readonly text: string;
  /** All tool-call parts, the invalid ones included. */
  readonly toolCalls: readonly ToolCallPart[];
  /** Why the model stopped. */
  readonly finish: FinishReason;
  /** The wire's own word for it. */
  readonly rawFinish: string | undefined;
  /**
   * Of the attempt that answered; failed ones have theirs in `attempts`. `undefined`: the vendor said
   * nothing.
   */
  readonly usage: Usage | undefined;
  /** What was dropped, coerced, emulated or repaired for this target. */
  readonly warnings: readonly Warning[];
  /** Every attempt of the call in order, the last one the one that answered. */
  readonly attempts: readonly Attempt[];
}
