import type { LlmError } from '../error/llm-error.ts';
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

/** What money needs beyond the totals; each only where the provider reported it. */
export interface UsageDetails {
  /** The vendor's own price of this call, in nano-USD (1 USD = 10⁹), as a decimal integer. */
  readonly reportedNanoUsd?: string | undefined;
  /** Tokens written to the long (about an hour) cache: a portion of `cacheWrite`. */
  readonly cacheWriteLong?: number | undefined;
  readonly serviceTier?: string | undefined;
  readonly inputImage?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputImage?: number | undefined;
  readonly outputAudio?: number | undefined;
  /** Uses of tools that ran at the vendor, such as `{ web_search: 2 }`. */
  readonly serverTools?: Readonly<Record<string, number>> | undefined;
}

/** Something was not done as asked. Nothing is dropped in silence. */
export interface Warning {
  readonly action: 'dropped' | 'coerced' | 'emulated' | 'repaired';
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

export interface ChatResponse {
  /** The vendor's id of the response. */
  readonly id: string | undefined;
  /** `provider/model` that answered. */
  readonly target: string;
  /** The spec that was asked for. */
  readonly spec: string;
  readonly message: AssistantMessage;
  readonly parts: readonly AssistantPart[];
  readonly text: string;
  readonly toolCalls: readonly ToolCallPart[];
  readonly finish: FinishReason;
  /** The wire's own word for it. */
  readonly rawFinish: string | undefined;
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  readonly attempts: readonly Attempt[];
}

/** What had arrived when an attempt failed. */
export type PartialResponse = Pick<ChatResponse, 'id' | 'target' | 'parts' | 'text' | 'usage'>;
