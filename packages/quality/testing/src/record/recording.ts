import type { JsonValue } from '@majordomo/core';

/** Name and version of the recordings' file format. */
export const FORMAT = 'majordomo-recording/1';

/** Body as JSON, as text or as base64. The first of these formats that can represent the body is used. */
export type RecordedBody =
  | { readonly json: JsonValue }
  | { readonly text: string }
  | { readonly base64: string };

/** Sent request with masked secrets. */
export interface RecordedRequest {
  /** Method in upper case. */
  readonly method: string;
  /** Complete URL with its query and masked credentials. */
  readonly url: string;
  /** Headers with lower-case names, masked credentials and masked account ids. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body; `null` if the request has none. */
  readonly body: RecordedBody | null;
}

/** Chunk of the decoded body: text if the chunk's bytes are valid UTF-8, otherwise base64. */
export type RecordedChunk =
  | { readonly atMs: number; readonly text: string }
  | { readonly atMs: number; readonly base64: string };

/**
 * End of a response: `complete`; `broken` by a transport error; `aborted` by the caller's signal; `left` by a reader
 * that cancelled; or `unfinished` if `RecordingFetch.done` stopped waiting for it.
 */
export type RecordedEnd = 'complete' | 'broken' | 'aborted' | 'left' | 'unfinished';

/** Response with its chunks as the reader received them. All times are milliseconds since the request. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Time at which the headers arrived. */
  readonly headersAtMs: number;
  readonly chunks: readonly RecordedChunk[];
  readonly end: RecordedEnd;
  readonly endAtMs: number;
}

/** Error with which the transport failed. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /** Message of the innermost cause, if it differs from the error's message. */
  readonly cause?: string | undefined;
}

/** Exchange with a vendor, without secrets. `record` writes one file per exchange. */
export interface Recording {
  readonly format: typeof FORMAT;
  /** Time of the request as an ISO 8601 date in UTC. */
  readonly recordedAt: string;
  /** Value of the recorder's option `origin`. */
  readonly origin: string | null;
  readonly licence: string | null;
  readonly request: RecordedRequest;
  /** Response; `null` if the request failed. */
  readonly response: RecordedResponse | null;
  readonly error: RecordedError | null;
  /** Expected result of parsing the response, such as events. `record` does not write this member. Add it manually. */
  readonly expected?: JsonValue | undefined;
}

/** Parses a file that `record` wrote. Throws a `SyntaxError` for invalid JSON, and a `TypeError` if `format` is not `FORMAT`. */
export function parseRecording(text: string): Recording {
  const value: unknown = JSON.parse(text);
  const format: unknown =
    typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== FORMAT)
    throw new TypeError(`parseRecording: format must be ${FORMAT}, not ${JSON.stringify(format)}`);
  return value as Recording;
}

/** Returns the bytes of a body or chunk. */
export function bytesOf(body: RecordedBody | RecordedChunk): Uint8Array {
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return Buffer.from('text' in body ? body.text : JSON.stringify(body.json), 'utf8');
}

/** Returns the complete body of a response. */
export const bodyOf = ({ chunks }: RecordedResponse): Uint8Array => Buffer.concat(chunks.map(bytesOf));
