import type { Frame, Framing } from './wire.ts';

const encoder = new TextEncoder();

/** Returns a server-sent event as bytes. */
export function sseFrame(
  kind: Frame['kind'],
  data: string,
  event?: string,
  { newline = '\n' }: Framing = {},
): Frame {
  const name = event === undefined ? '' : `event: ${event}${newline}`;
  return { kind, bytes: encoder.encode(`${name}data: ${data}${newline}${newline}`) };
}

/** Returns a comment line, which clients must ignore. OpenRouter sends such lines while a model is queued (2025-11). */
export function sseComment(text: string, { newline = '\n' }: Framing = {}): Frame {
  return { kind: 'noise', bytes: encoder.encode(`: ${text}${newline}${newline}`) };
}
