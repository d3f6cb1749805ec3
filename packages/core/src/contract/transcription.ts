import type { CallOptions } from './call.ts';
import type { Attempt } from './llm-error.ts';
import type { Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** What to write down. */
export interface TranscriptionRequest {
  /** The recording, in any format that a target takes. */
  readonly audio: Uint8Array;
  /** Such as `audio/ogg`; where the bytes say otherwise, they are believed. */
  readonly mediaType: string;
  /** How long the recording is, where you know it; a media fitter measures it. Limits and budgets go by it. */
  readonly durationMs?: number | undefined;
  /** Of the speaker, as BCP 47: `en`, `pt-BR`. */
  readonly language?: string | undefined;
  /** Words and names that occur, or the text before. */
  readonly prompt?: string | undefined;
  /** Which segments are wanted, where the model can. */
  readonly timestamps?: 'segment' | 'word' | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** A stretch of what was said. */
export interface TranscriptSegment {
  readonly text: string;
  /** Milliseconds from the start of the audio. */
  readonly startMs: number;
  /** The same, of its end. */
  readonly endMs: number;
  /** Where the model tells speakers apart. */
  readonly speaker?: string | undefined;
}

/** What was said, and how it was heard. */
export interface TranscriptionResponse {
  readonly text: string;
  /** As BCP 47, where the vendor says it. */
  readonly language: string | undefined;
  /** Of the audio, where the vendor says it, or else the request. */
  readonly durationMs: number | undefined;
  /** In order; none where the vendor gives none. */
  readonly segments: readonly TranscriptSegment[];
  /** `provider/model` that heard it. */
  readonly target: string;
  readonly spec: string;
  /** With `details.units`, such as `{ 'audio-second': 31 }`; no tokens where the wire counts none. */
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  /** Every try in order, skipped targets included; the last one heard it. */
  readonly attempts: readonly Attempt[];
}

/** One target or a chain of them, to write down what is said. */
export interface TranscriptionModel {
  readonly spec: string;
  /** Fails over as a chat does; throws an `LlmError`. Silence is an empty text, and no failure. */
  transcribe(request: TranscriptionRequest, options?: CallOptions): Promise<TranscriptionResponse>;
}
