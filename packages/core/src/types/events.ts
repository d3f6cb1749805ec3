import type { LlmError } from './llm-error.ts';
import type { AssistantPart } from './messages.ts';
import type { FinishReason, StopDetails, TokenLogprob, Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** Beginning of a part, before its content. */
export type PartHead =
  | { readonly type: 'text'; readonly isRefusal?: true | undefined }
  | { readonly type: 'reasoning' }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string };

/**
 * Event of one attempt, as a provider writes it. The order is: one `start`; for each part a `part-start`, its deltas and a
 * `part-end`; one `finish`. Several tool calls may be open at the same time. A vendor part has only a `part-end`. A failure
 * is thrown and is not an event. `index` counts the parts from 0.
 */
export type ModelEvent =
  /** `id` is the vendor's id of the response, not of the request. */
  | { readonly type: 'start'; readonly target: string; readonly id: string | undefined }
  | { readonly type: 'part-start'; readonly index: number; readonly part: PartHead }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  /** `json` is a fragment. The `part-end` has the complete, parsed arguments. */
  | { readonly type: 'args-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'part-end'; readonly index: number; readonly part: AssistantPart }
  | { readonly type: 'warning'; readonly warning: Warning }
  | {
      readonly type: 'finish';
      readonly target: string;
      readonly reason: FinishReason;
      /** The vendor's own name for the reason. */
      readonly raw: string | undefined;
      readonly usage: Usage | undefined;
      readonly stopDetails?: StopDetails | undefined;
      /** Log probabilities of the complete text. */
      readonly logprobs?: readonly TokenLogprob[] | undefined;
    };

/**
 * Event of a stream. After `reset` the caller drops all parts since the last `start`: `target` failed, and another attempt
 * follows. After `continued` the caller keeps all parts: `target` continues the parts of `from` without a new `start`.
 */
export type StreamEvent =
  | ModelEvent
  | { readonly type: 'reset'; readonly target: string; readonly error: LlmError }
  | { readonly type: 'continued'; readonly from: string; readonly target: string; readonly error: LlmError };
