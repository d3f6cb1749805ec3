import type { CallOptions } from './call.ts';
import type { Attempt } from './llm-error.ts';
import type { Warning } from './response.ts';
import type { Usage } from './usage.ts';

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
