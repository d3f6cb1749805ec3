import type { LlmError } from './llm-error.ts';
import type { AssistantPart } from './messages.ts';
import type { FinishReason, StopDetails, TokenLogprob, Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** What is known of a part when it begins. */
export type PartHead =
  | { readonly type: 'text'; readonly isRefusal?: true | undefined }
  | { readonly type: 'reasoning' }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string };

/**
 * What a provider may write. Order, checked by `stream/check.ts`: one `start`; for each part a `part-start`, its
 * deltas and a `part-end` (tool calls may be open side by side; what ran at the vendor comes whole, with its `part-end`
 * alone); one `finish`. A failure is thrown, never an event.
 */
export type ModelEvent =
  /** `id`: the vendor's id of the response, not of the request. */
  | { readonly type: 'start'; readonly target: string; readonly id: string | undefined }
  | { readonly type: 'part-start'; readonly index: number; readonly part: PartHead }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  /** A fragment of the arguments; only `part-end` has them whole and parsed. */
  | { readonly type: 'args-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'part-end'; readonly index: number; readonly part: AssistantPart }
  | { readonly type: 'warning'; readonly warning: Warning }
  | {
      readonly type: 'finish';
      readonly target: string;
      readonly reason: FinishReason;
      readonly raw: string | undefined;
      readonly usage: Usage | undefined;
      readonly stopDetails?: StopDetails | undefined;
      /** Of the whole text. */
      readonly logprobs?: readonly TokenLogprob[] | undefined;
    };

/**
 * What a consumer reads. `reset`: drop every part since the last `start`; `target` is the one that failed, and
 * another attempt is certain. `continued`: what is shown stays; `target` continues where `from` broke off, under the same
 * parts and without another `start`.
 */
export type StreamEvent =
  | ModelEvent
  | { readonly type: 'reset'; readonly target: string; readonly error: LlmError }
  | { readonly type: 'continued'; readonly from: string; readonly target: string; readonly error: LlmError };
