import { sseEvent } from '@majordomo/core/toolkit';

/** HTTP response before a fault is applied. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Frame of a streamed body. `head` precedes the content. `content` contains a part of the answer, and `finish` contains the
 * finish reason. `tail` follows `finish`, such as usage and end markers. `noise` is any other data, such as comments.
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
