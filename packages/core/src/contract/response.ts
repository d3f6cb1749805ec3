import type { LlmError } from './llm-error.ts';
import type { AssistantMessage } from './message.ts';
import type { AssistantPart, ToolCallPart } from './part.ts';

/** `incomplete`: the vendor paused the turn; send the transcript back to go on. */
export type FinishReason =
  'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'incomplete' | 'other';

/**
 * Tokens. Totals: `input` includes `cacheRead` and `cacheWrite`; `output` includes `reasoning`.
 * `undefined` is unknown, never zero.
 */
export interface Usage {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly reasoning: number | undefined;
  readonly details?: UsageDetails | undefined;
}

/** What money needs beyond the totals, and how long it took; each only where the provider reported it. */
export interface UsageDetails {
  /** The vendor's own price of this call, in nano-USD (1 USD = 10⁹), as a decimal integer. */
  readonly reportedNanoUsd?: string | undefined;
  /** Tokens written to the long (about an hour) cache: a portion of `cacheWrite`. */
  readonly cacheWriteLong?: number | undefined;
  /** The tier that served the call, in the vendor's word. */
  readonly serviceTier?: string | undefined;
  /** Tokens of images: a portion of `input`. */
  readonly inputImage?: number | undefined;
  /** Tokens of audio: a portion of `input`. */
  readonly inputAudio?: number | undefined;
  /** Tokens of images: a portion of `output`. */
  readonly outputImage?: number | undefined;
  /** Tokens of audio: a portion of `output`. */
  readonly outputAudio?: number | undefined;
  /** Milliseconds that the vendor reports for its stages, such as `{ queue: 5, prompt: 12, completion: 180 }`. */
  readonly stageMs?: Readonly<Record<string, number>> | undefined;
  /** Uses of tools that ran at the vendor, such as `{ web_search: 2 }`. */
  readonly serverTools?: Readonly<Record<string, number>> | undefined;
}

/** Something was not done as asked. Nothing is dropped in silence. */
export interface Warning {
  readonly action: 'dropped' | 'coerced' | 'emulated' | 'repaired';
  /** Such as `temperature`. */
  readonly what: string;
  readonly why: string;
}

/** One try of one target, or why it was passed over. */
export interface Attempt {
  readonly target: string;
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'skipped';
  /** For a skipped target the error that benched or ruled it out. */
  readonly error: LlmError | undefined;
  readonly usage: Usage | undefined;
  /** Milliseconds from the attempt's start to its end; 0 when skipped. */
  readonly ms: number;
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

/** What had arrived when an attempt failed. */
export type PartialResponse = Pick<ChatResponse, 'id' | 'target' | 'parts' | 'text' | 'usage'>;
