import type { JsonValue } from '@majordomo/core';

/** The format that is written and read. */
export const FORMAT = 'majordomo-recording/1';

/** Bytes as they read best: JSON, else text, else base64. */
export type RecordedBody =
  { readonly json: JsonValue } | { readonly text: string } | { readonly base64: string };

/** A request as it was sent, secrets masked. */
export interface RecordedRequest {
  /** Upper case. */
  readonly method: string;
  /** Whole, with its query; credentials in it are masked. */
  readonly url: string;
  /** Names in lower case; credentials and accounts are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: there was none. */
  readonly body: RecordedBody | null;
}

/** One read of the body, after transfer and content encoding: text, or base64 where it is cut inside a character. */
export type RecordedChunk =
  { readonly atMs: number; readonly text: string } | { readonly atMs: number; readonly base64: string };

/**
 * How a response ended: with its end, with an error of the transport, because the caller aborted, because the reader
 * left, or not before the recorder was closed.
 */
export type RecordedEnd = 'complete' | 'broken' | 'aborted' | 'left' | 'unfinished';

/** A response as it was read, piece by piece. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Times are ms from the request. */
  readonly headersAtMs: number;
  readonly chunks: readonly RecordedChunk[];
  readonly end: RecordedEnd;
  readonly endAtMs: number;
}

/** What the transport threw. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /** What the innermost cause says, where that is something else. */
  readonly cause?: string | undefined;
}

/** One exchange with a vendor, without secrets: what `record` writes, one a file. */
export interface Recording {
  readonly format: typeof FORMAT;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Where it comes from and what may be done with it, as the recorder was told. */
  readonly origin: string | null;
  readonly licence: string | null;
  readonly request: RecordedRequest;
  /** `null`: there was none. */
  readonly response: RecordedResponse | null;
  readonly error: RecordedError | null;
  /** What a reader should make of it, such as events: not the recorder's, but kept. */
  readonly expected?: JsonValue | undefined;
}

/** Reads what `record` wrote. Throws on another format. */
export function parseRecording(text: string): Recording {
  const value: unknown = JSON.parse(text);
  const format: unknown =
    typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== FORMAT)
    throw new TypeError(`no recording: its format is ${JSON.stringify(format)}, not ${FORMAT}`);
  return value as Recording;
}

/** The bytes of a body or of a chunk. */
export function bytesOf(body: RecordedBody | RecordedChunk): Uint8Array {
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return Buffer.from('text' in body ? body.text : JSON.stringify(body.json), 'utf8');
}

/** The whole body of a response. */
export const bodyOf = ({ chunks }: RecordedResponse): Uint8Array => Buffer.concat(chunks.map(bytesOf));
