import type { Attempt } from './llm-error.ts';
import type { AssistantMessage, AssistantPart, ToolCallPart } from './messages.ts';
import type { Usage } from './usage.ts';

/** `incomplete`: the vendor paused the turn; send the transcript back to continue. */
export type FinishReason =
  'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'incomplete' | 'other';

/** Something was not done as asked. Nothing is dropped in silence. */
export interface Warning {
  readonly action: 'dropped' | 'coerced' | 'emulated' | 'repaired' | 'continued' | 'cached';
  /** Such as `temperature`. */
  readonly what: string;
  readonly why: string;
}

/** How likely the model held a token of its text, and what it might have written there. */
export interface TokenLogprob {
  readonly token: string;
  /** Natural logarithm of the probability. */
  readonly logprob: number;
  /** The likeliest at this place, as many as were asked for; `[]` where none were. */
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** What the vendor says of a stop besides its word for it; what it left out is `undefined`. */
export interface StopDetails {
  /** Which of the vendor's policies was meant, such as `cyber`. */
  readonly category: string | undefined;
  /** For people to read. */
  readonly explanation: string | undefined;
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
  /** Why it refused or was stopped, where the vendor says more. */
  readonly stopDetails?: StopDetails | undefined;
  /** Of the tokens of the text, where asked for and the wire has them. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
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
