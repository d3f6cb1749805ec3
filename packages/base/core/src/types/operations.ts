import type { CallOptions } from './call-options.ts';
import type { AnswerOf, Basis, Calibration, Questions } from './classification.ts';
import type { Attempt } from './llm-error.ts';
import type { ImagePart, Message } from './messages.ts';
import type { VendorFacts, Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** Response of any model except a chat model. */
export interface OperationResponse {
  /** Target that answered, as `provider/model`. */
  readonly target: string;
  /** Model that answered, by the vendor's name; absent if the vendor does not report it. */
  readonly model?: string | undefined;
  /** Facts in the vendor's terms; see `ChatResponse.vendor`. If the call sent several requests, the facts of the last one. */
  readonly vendor?: VendorFacts | undefined;
  /**
   * Usage with `details.units`, such as `{ 'image:1024x1024': 2 }`, `{ 'audio-second': 31 }` or `{ character: 812 }`. Token
   * counts are `undefined` if the wire reports none.
   */
  readonly usage: Usage | undefined;
  /** Differences from the request, such as a setting that was dropped or a resized input image. */
  readonly warnings: readonly Warning[];
  /** All attempts and skipped targets, in order. The last attempt answered. */
  readonly attempts: readonly Attempt[];
}

/** Request for images. The vendor chooses the settings that are absent. */
export interface ImageRequest {
  /** Description of the image, or of the change if `images` are given. */
  readonly prompt: string;
  /** Number of images. @default the vendor's default, usually 1 */
  readonly n?: number | undefined;
  /** Width and height in pixels, such as `1024x768`. */
  readonly size?: `${number}x${number}` | undefined;
  /** Seed of the first image. The other images have seed + 1, seed + 2, and so on. Dropped with a warning if not supported. */
  readonly seed?: number | undefined;
  /** Input images. A media fitter adapts the images to the limits of each target. */
  readonly images?: readonly ImagePart[] | undefined;
  /**
   * Area of the first image that may change. The mask and this image are not resized, because their pixels correspond. A target
   * that does not accept the size of the two images is skipped.
   */
  readonly mask?: ImagePart | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Generated images. */
export interface ImageResponse extends OperationResponse {
  /** Images as parts of chat messages. */
  readonly images: readonly ImagePart[];
}

/** Image model, which is one target or a chain of targets. */
export interface ImageModel {
  readonly spec: string;
  /** Generates images, with failover. Throws `LlmError`. */
  generate(request: ImageRequest, options?: CallOptions): Promise<ImageResponse>;
  /**
   * Yields preliminary images, then the response. A target that has none yields only the response. The result can be iterated once.
   * The call fails over only before the first preliminary image. Rejects with `invalid-request` for `n` above 1.
   */
  stream(request: ImageRequest, options?: CallOptions): AsyncIterable<ImageStreamEvent>;
}

/** Event of a streamed image. `partial`: a preliminary image; `index` counts from 0. `done` is the last event. */
export type ImageStreamEvent =
  | { readonly type: 'partial'; readonly index: number; readonly image: ImagePart }
  | { readonly type: 'done'; readonly response: ImageResponse };

/**
 * Request for a video, which `@majordomo/background` generates. The vendor chooses the settings that are absent. A target drops a setting
 * that it does not have, with a warning.
 */
export interface VideoRequest {
  /** Description of the video. */
  readonly prompt: string;
  /** First frame. A media fitter adapts the image to the limits of each target. */
  readonly image?: ImagePart | undefined;
  /** Length of the video in seconds. */
  readonly seconds?: number | undefined;
  /** Seed, so that a vendor that supports it generates similar videos again. */
  readonly seed?: number | undefined;
  /** Ratio of width to height, such as `16:9`. */
  readonly aspectRatio?: `${number}:${number}` | undefined;
  /** Height of the video. */
  readonly resolution?: '480p' | '720p' | '1080p' | '4k' | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Generated video, without its content. */
export interface VideoFacts {
  /** MIME type, such as `video/mp4`. */
  readonly mediaType: string;
  /** Length in seconds; absent if the vendor does not report it. */
  readonly seconds?: number | undefined;
  /** Time after which the vendor no longer has the video, in epoch milliseconds; absent if it is not known. */
  readonly expiresAt?: number | undefined;
}

/** Request for embeddings. */
export interface EmbeddingRequest {
  /** Strings to embed. An empty list results in an empty response without a request. Empty strings are rejected. */
  readonly values: readonly string[];
  /**
   * Number of dimensions. Longer vectors are truncated and normalized. A target with shorter vectors is skipped.
   * @default the full vectors of the model
   */
  readonly dimensions?: number | undefined;
  /** Purpose of the vectors, for models that distinguish purposes. */
  readonly purpose?: 'query' | 'document' | 'similarity' | 'classification' | 'clustering' | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Embeddings. `usage` and `attempts` include all parts of `values`. `target` is the target that answered the last part. */
export interface EmbeddingResponse extends OperationResponse {
  /** One vector for each value, in the same order. */
  readonly vectors: readonly Float32Array[];
  readonly spec: string;
}

/**
 * Embedding model, which is one target or a chain of targets. Vectors of different models are not comparable, so all targets of
 * the chain must have the same `space`. Otherwise, the call fails with `config`.
 */
export interface EmbeddingModel {
  readonly spec: string;
  /**
   * Returns a vector for each value. Long lists are sent in parts, four at a time, each with failover. If a part fails, the
   * received vectors are in `details.vectors` of the thrown `LlmError`.
   */
  embed(request: EmbeddingRequest, options?: CallOptions): Promise<EmbeddingResponse>;
}

/** Request for a transcription. */
export interface TranscriptionRequest {
  /** Recording, in a format that a target supports. */
  readonly audio: Uint8Array;
  /** MIME type, such as `audio/ogg`. The type that the bytes indicate takes precedence. */
  readonly mediaType: string;
  /** Duration in milliseconds, for limits and budgets. A duration that a media fitter measures takes precedence. */
  readonly durationMs?: number | undefined;
  /** Language of the speaker as a BCP 47 tag, such as `pt-BR`. */
  readonly language?: string | undefined;
  /** Words and names that occur in the recording, or the text that precedes the recording. */
  readonly prompt?: string | undefined;
  /** Granularity of the segments, for models that support the setting. */
  readonly timestamps?: 'segment' | 'word' | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Segment of a transcription. */
export interface TranscriptSegment {
  readonly text: string;
  /** Start in milliseconds from the beginning of the audio. */
  readonly startMs: number;
  /** End in milliseconds from the beginning of the audio. */
  readonly endMs: number;
  /** Speaker, if the model distinguishes speakers. */
  readonly speaker?: string | undefined;
}

/** Transcription. */
export interface TranscriptionResponse extends OperationResponse {
  readonly text: string;
  /** Language as a BCP 47 tag, if the vendor reports it. */
  readonly language: string | undefined;
  /** Duration of the audio in milliseconds, from the vendor, otherwise from a media fitter or the request. */
  readonly durationMs: number | undefined;
  /** Segments in order; empty if the vendor reports none. */
  readonly segments: readonly TranscriptSegment[];
  readonly spec: string;
}

/** Transcription model, which is one target or a chain of targets. */
export interface TranscriptionModel {
  readonly spec: string;
  /** Transcribes a recording, with failover. Silence results in an empty text. Throws `LlmError`. */
  transcribe(request: TranscriptionRequest, options?: CallOptions): Promise<TranscriptionResponse>;
  /**
   * Yields the text of a recording as it is recognized, then the response. A target that does not stream yields only the response.
   * The result can be iterated once. The call fails over only before the first text. The text that was yielded before a failure is
   * in `details.partial` of the thrown `LlmError`.
   */
  stream(request: TranscriptionRequest, options?: CallOptions): AsyncIterable<TranscriptStreamEvent>;
}

/** Event of a streamed transcription. All `delta` texts together are the text of the response. `done` is the last event. */
export type TranscriptStreamEvent =
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'segment'; readonly segment: TranscriptSegment }
  | { readonly type: 'done'; readonly response: TranscriptionResponse };

/** Request for speech. The vendor chooses the settings that are absent. */
export interface SpeechRequest {
  /** Text to speak. */
  readonly text: string;
  /** Voice, in the vendor's terms. */
  readonly voice?: string | undefined;
  /** Audio format. `pcm` is 16-bit mono at the vendor's sample rate. A target that does not support the format is skipped. */
  readonly format?: 'mp3' | 'wav' | 'opus' | 'flac' | 'pcm' | undefined;
  /** Speed relative to the normal speed of the voice. @default 1 */
  readonly speed?: number | undefined;
  /** Instructions for the style, for models that support them. */
  readonly instructions?: string | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Generated speech. */
export interface SpeechResponse extends OperationResponse {
  readonly audio: Uint8Array;
  /** MIME type, such as `audio/mpeg`. */
  readonly mediaType: string;
  readonly spec: string;
}

/** Speech model, which is one target or a chain of targets. */
export interface SpeechModel {
  readonly spec: string;
  /** Returns the complete audio, with failover. Throws `LlmError`. */
  speak(request: SpeechRequest, options?: CallOptions): Promise<SpeechResponse>;
  /** Yields audio as it arrives. The result can be iterated once. The call fails over only before the first bytes. */
  stream(request: SpeechRequest, options?: CallOptions): AsyncIterable<Uint8Array>;
}

/** Chunk of audio. */
export interface SpeechStep {
  /** MIME type, set in the first step. */
  readonly mediaType?: string | undefined;
  readonly bytes: Uint8Array;
  /** Usage so far, if it is known. If several steps contain usage, the usage of the last step applies. */
  readonly usage?: Usage | undefined;
  /** Model that answers, by the vendor's name. The last step with this member applies. */
  readonly model?: string | undefined;
  /** Facts in the vendor's terms. The last step with this member applies. */
  readonly vendor?: VendorFacts | undefined;
  /** Settings that could not be applied. */
  readonly warnings?: readonly Warning[] | undefined;
}

/** Documents to order by their relevance to a query. */
export interface RerankRequest {
  /** Question or topic. */
  readonly query: string;
  /** Documents to order. At least one is required, and none may be empty. All documents are sent to one target in one request. */
  readonly documents: readonly string[];
  /** Maximum number of results. @default all documents */
  readonly topN?: number | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Relevance of one document. */
export interface RerankResult {
  /** Position in `documents`, from 0. */
  readonly index: number;
  /** Score. A higher score is better. The scale depends on the model, so scores of two models cannot be compared. */
  readonly score: number;
}

/** Ordered documents. `usage` has `details.units.search` if searches are billed, and `input` if tokens are billed. */
export interface RerankResponse extends OperationResponse {
  /** At most `topN` results, best first. Equal scores are ordered by index. Each document occurs at most once. */
  readonly results: readonly RerankResult[];
  readonly spec: string;
}

/** Rerank model, which is one target or a chain of targets. */
export interface RerankModel {
  readonly spec: string;
  /**
   * Orders the documents. A failover repeats the complete request. Rejects with `invalid-request` for an empty query, list or
   * document, and for a `topN` that is not a positive integer.
   */
  rerank(request: RerankRequest, options?: CallOptions): Promise<RerankResponse>;
}

/** Content to classify. */
export interface ModerationRequest {
  /** Strings and images to classify. At least one is required, and none may be empty. */
  readonly values: readonly (string | ImagePart)[];
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Classification of one value. */
export interface ModerationResult {
  /** Whether the vendor flags the value. If the vendor makes no such decision, whether any category applies. */
  readonly flagged: boolean;
  /** Whether each category applies, by the vendor's names. Each vendor uses different names. */
  readonly categories: Readonly<Record<string, boolean>>;
  /** Scores by category, from 0 to 1. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Classified values. `usage` has `details.units.moderation`, the number of values, if the vendor publishes a fee. */
export interface ModerationResponse extends OperationResponse {
  /** One result for each value, in the same order. */
  readonly results: readonly ModerationResult[];
  readonly spec: string;
}

/** Moderation model, which is one target or a chain of targets. */
export interface ModerationModel {
  readonly spec: string;
  /** Classifies the values, with failover. Rejects with `invalid-request` and the position of an invalid value. */
  moderate(request: ModerationRequest, options?: CallOptions): Promise<ModerationResponse>;
}

/** Content to classify, and questions about it. One target answers all questions. */
export interface ClassificationRequest<Q extends Questions = Questions> {
  /**
   * Text, or a conversation with its images and tool results. The model judges the input and does not follow its instructions. Other
   * content, such as a file, is rejected with `invalid-request`.
   */
  readonly input: string | readonly Message[];
  /** 1 to 400 questions by name. A name has 1 to 64 letters, digits, `_` or `-`. */
  readonly questions: Q;
  /**
   * Curves that make the probabilities of all targets comparable. A target without a curve for every question is skipped. A
   * missing question, and a curve for another wording of a question, are `config` errors.
   * @default none; probabilities of different targets are then not comparable
   */
  readonly calibration?: Calibration | undefined;
  /**
   * Accepted sources of probabilities. Targets with another source are skipped.
   * @default ['vendor', 'logprobs']; with `calibration`, the sources of its curves
   */
  readonly bases?: readonly Basis[] | undefined;
  /** Members to add to the body of the request last; see `ChatRequest.extra`. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Answers to all questions. */
export interface ClassificationResponse<Q extends Questions = Questions> extends OperationResponse {
  readonly answers: { readonly [Name in keyof Q]: AnswerOf<Q[Name]> };
  readonly spec: string;
}

/** Classification model, which is one target or a chain of targets. */
export interface ClassificationModel {
  readonly spec: string;
  /**
   * Answers all questions, with failover. Throws `LlmError`. `details.path` names an invalid question. If the model refuses a
   * question, the attempt fails with `content-filter` and the code `refusal`. If the probabilities are invalid, it fails with
   * `invalid-output`.
   */
  classify<const Q extends Questions>(
    request: ClassificationRequest<Q>,
    options?: CallOptions,
  ): Promise<ClassificationResponse<Q>>;
}
