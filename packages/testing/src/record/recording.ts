import type { JsonValue } from '@majordomo/core';

/** Format name of the files. */
export const FORMAT = 'majordomo-recording/1';

/** Body as JSON, otherwise as text, otherwise as base64. */
export type RecordedBody =
  { readonly json: JsonValue } | { readonly text: string } | { readonly base64: string };

/** Sent request with masked secrets. */
export interface RecordedRequest {
  /** Method in upper case. */
  readonly method: string;
  /** Complete URL with its query; credentials are masked. */
  readonly url: string;
  /** Names in lower case; credentials and accounts are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null` if absent. */
  readonly body: RecordedBody | null;
}

/** Chunk of the decoded body: text, or base64 if it ends within a character. */
export type RecordedChunk =
  { readonly atMs: number; readonly text: string } | { readonly atMs: number; readonly base64: string };

/**
 * End of a response: complete, error of the transport (`broken`), aborted by the caller, left by the reader, or unfinished
 * when the recorder was closed.
 */
export type RecordedEnd = 'complete' | 'broken' | 'aborted' | 'left' | 'unfinished';

/** Response in the chunks in which it was read. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds from the request, like all times here. */
  readonly headersAtMs: number;
  readonly chunks: readonly RecordedChunk[];
  readonly end: RecordedEnd;
  readonly endAtMs: number;
}

/** Error of the transport. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /** Message of the innermost cause, if it differs. */
  readonly cause?: string | undefined;
}

/** Exchange with a vendor without secrets. `record` writes one per file. */
export interface Recording {
  readonly format: typeof FORMAT;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Option `origin` of the recorder. */
  readonly origin: string | null;
  readonly licence: string | null;
  readonly request: RecordedRequest;
  /** `null` if absent. */
  readonly response: RecordedResponse | null;
  readonly error: RecordedError | null;
  /** Expected result of a reader, such as events. The recorder does not write it, but preserves it. */
  readonly expected?: JsonValue | undefined;
}

/** Parses a file of `record`. Throws a `TypeError` for another format. */
export function parseRecording(text: string): Recording {
  const value: unknown = JSON.parse(text);
  const format: unknown =
    typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== FORMAT)
    throw new TypeError(`not a recording: its format is ${JSON.stringify(format)}, not ${FORMAT}`);
  return value as Recording;
}

/** Returns the bytes of a body or a chunk. */
export function bytesOf(body: RecordedBody | RecordedChunk): Uint8Array {
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return Buffer.from('text' in body ? body.text : JSON.stringify(body.json), 'utf8');
}

/** Returns the complete body of a response. */
export const bodyOf = ({ chunks }: RecordedResponse): Uint8Array => Buffer.concat(chunks.map(bytesOf));
