import type { CallOptions } from './call-options.ts';
import type { Attempt } from './llm-error.ts';
import type { ImagePart } from './messages.ts';
import type { Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** What to draw. Unset fields are the backend's to choose and are left out on the wire. */
export interface ImageRequest {
  /** What the picture shows; when editing, what to change. */
  readonly prompt: string;
  /** How many pictures. */
  readonly n?: number | undefined;
  /** Pixels, width first. */
  readonly size?: `${number}x${number}` | undefined;
  /**
   * Of the first picture; the others have seed + 1, seed + 2, …. 0 is a seed like any other. Dropped with a warning
   * where the backend has none.
   */
  readonly seed?: number | undefined;
  /** Pictures to start from; a media fitter makes them fit each target. */
  readonly images?: readonly ImagePart[] | undefined;
  /**
   * Which part of the first picture may change. The two belong together pixel by pixel, so neither is made to fit: a
   * target that cannot take them as they are is passed over.
   */
  readonly mask?: ImagePart | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** The pictures, and how they came about. */
export interface ImageResponse {
  /** `provider/model` that drew them. */
  readonly target: string;
  /** Chat image parts: they can go straight into a message. */
  readonly images: readonly ImagePart[];
  /** Such as fewer images than were asked for, or an input image that was scaled down. */
  readonly warnings: readonly Warning[];
  /** With `details.units`, such as `{ 'image:1024x1024': 2 }`; no tokens where the wire counts none. */
  readonly usage: Usage | undefined;
  /** Every try in order, skipped targets included; the last one drew. */
  readonly attempts: readonly Attempt[];
}

/** One target or a chain of them, to draw with. */
export interface ImageModel {
  readonly spec: string;
  /** Draws. Fails over as a chat does; throws an `LlmError`. */
  generate(request: ImageRequest, options?: CallOptions): Promise<ImageResponse>;
}

/** What to turn into vectors. */
export interface EmbeddingRequest {
  /** None: an empty answer, without a call. An empty text is `invalid-request`, with its index. */
  readonly values: readonly string[];
  /** Shorter vectors, where the model can; cut and normalised here where the vendor does not. */
  readonly dimensions?: number | undefined;
  /** What the vectors are for, where the model distinguishes. */
  readonly purpose?: 'query' | 'document' | 'similarity' | 'classification' | 'clustering' | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** The vectors, and how they came about. */
export interface EmbeddingResponse {
  /** One for each value, in their order. */
  readonly vectors: readonly Float32Array[];
  /** `provider/model` that answered, of a long list the last part; `attempts` has all. */
  readonly target: string;
  readonly spec: string;
  /** Of all parts. */
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  /** Every try of every part, skipped targets included. */
  readonly attempts: readonly Attempt[];
}

/**
 * One target or a chain of them, to make vectors with. Vectors of different models do not mix: every target of the chain
 * has to have the same `space`, else the call fails with `config`.
 */
export interface EmbeddingModel {
  readonly spec: string;
  /**
   * Long lists are asked in parts, four at a time, each of which fails over as a chat does. The `LlmError` of a call that
   * failed in part has the vectors that came as `details.vectors`.
   */
  embed(request: EmbeddingRequest, options?: CallOptions): Promise<EmbeddingResponse>;
}

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

/** What to say. Unset fields are the backend's to choose and are left out on the wire. */
export interface SpeechRequest {
  /** In whatever language the voice speaks. */
  readonly text: string;
  /** In the vendor's words. */
  readonly voice?: string | undefined;
  /** `pcm`: 16 bits, mono, at the vendor's rate. A target that cannot is passed over. */
  readonly format?: 'mp3' | 'wav' | 'opus' | 'flac' | 'pcm' | undefined;
  /** 1 is the voice's own. */
  readonly speed?: number | undefined;
  /** How to say it, where the model listens to that. */
  readonly instructions?: string | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** The sound, and how it came about. */
export interface SpeechResponse {
  readonly audio: Uint8Array;
  /** Such as `audio/mpeg`. */
  readonly mediaType: string;
  /** `provider/model` that spoke. */
  readonly target: string;
  readonly spec: string;
  /** With `details.units`, such as `{ character: 812 }`; no tokens where the wire counts none. */
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  /** Every try in order, skipped targets included; the last one spoke. */
  readonly attempts: readonly Attempt[];
}

/** One target or a chain of them, to speak with. */
export interface SpeechModel {
  readonly spec: string;
  /** The whole sound. Fails over as a chat does; throws an `LlmError`. */
  speak(request: SpeechRequest, options?: CallOptions): Promise<SpeechResponse>;
  /** Bytes as they come, read once; fails over until the first of them. What was heard is never taken back. */
  stream(request: SpeechRequest, options?: CallOptions): AsyncIterable<Uint8Array>;
}

/** A piece of sound. */
export interface SpeechStep {
  /** Said by the first step. */
  readonly mediaType?: string | undefined;
  readonly bytes: Uint8Array;
  /** Said once it is known; the last one counts. */
  readonly usage?: Usage | undefined;
  /** What could not be honoured. */
  readonly warnings?: readonly Warning[] | undefined;
}
