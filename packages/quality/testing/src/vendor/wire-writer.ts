import { sseEvent } from '@majordomo/core/toolkit';
import type { Answer } from './answer.ts';
import type { Failure, FailureForm, FailureName } from './failure.ts';

/** HTTP response before a fault is applied. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Frame of a streamed body. `head` precedes the content. `content` contains a part of the answer, and `finish` contains the
 * finish reason. `tail` follows `finish`, such as usage and end markers. `noise` is all other data:
 * comments, progress, failures and invalid JSON.
 */
export interface Frame {
  readonly kind: 'head' | 'content' | 'noise' | 'finish' | 'tail';
  readonly bytes: Uint8Array;
}

/** Differences between streams that vendors of the wire send. */
export interface Framing {
  /** Line end. `@default '\n'` */
  readonly newline?: '\n' | '\r\n' | '\r' | undefined;
  /** Whether to insert comments between the frames, and pings if the wire has them. `@default false` */
  readonly noise?: boolean | undefined;
}

const encoder = new TextEncoder();

/** Returns a server-sent event as bytes. The data is JSON without line breaks. */
export const sseFrame = (
  kind: Frame['kind'],
  data: string,
  event?: string,
  { newline = '\n' }: Framing = {},
): Frame => ({ kind, bytes: encoder.encode(sseEvent(data, event).replaceAll('\n', newline)) });

/** Returns a comment line, which clients must ignore. OpenRouter sends such lines while a model is queued (2025-11). */
export const sseComment = (text: string, { newline = '\n' }: Framing = {}): Frame => ({
  kind: 'noise',
  bytes: encoder.encode(`: ${text}${newline}${newline}`),
});

/** Contents of a request on which its answer depends. */
export interface AnsweredRequest {
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests usage in a stream. */
  readonly streamsUsage: boolean;
}

/** Answers and failures of a vendor's API. */
export interface WireWriter {
  /** Formats of failures. A failure that the wire cannot report is absent. */
  readonly failures: Readonly<Partial<Record<FailureName, FailureForm>>>;
  /** Returns an answer as the frames of a streamed body. */
  stream(answer: Answer | string, request: AnsweredRequest, framing?: Framing): readonly Frame[];
  /** Headers of a streamed response. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** Returns an answer as a non-streaming response. */
  complete(answer: Answer | string, request: AnsweredRequest): Reply;
  /** Returns a failure as an HTTP response. */
  failure(failure: Failure): Reply;
  /** Returns a failure as a frame of a stream that has begun with HTTP 200. */
  failureFrame(failure: Failure, framing?: Framing): Frame;
  /** Returns a frame with invalid JSON. */
  brokenFrame(framing?: Framing): Frame;
  /** Returns the signature that the server issues for a reasoning text; `''` on a wire without signatures. */
  sign(reasoning: string): string;
}
