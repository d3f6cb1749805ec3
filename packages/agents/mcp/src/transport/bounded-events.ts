import { LlmError } from '@majordomo/core';

const LINE_FEED = 10;
const RETURN = 13;
const LETTER_I = 105;

/**
 * Limits each event of a stream to `maxBytes`. A longer event ends the stream with an error. If the stream contained no event
 * ids, calls `onEnd` at its end, because the stream cannot be resumed.
 */
export function boundedEvents(
  response: Response,
  label: string,
  maxBytes: number,
  onEnd: () => void,
): Response {
  if (response.body === null) return response;
  const { status, statusText, headers, url } = response;
  const ending = { bytes: 0, isLineStart: true, hasIds: false };
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (const byte of chunk) count(ending, byte);
      if (ending.bytes <= maxBytes) controller.enqueue(chunk);
      else
        controller.error(
          new LlmError('protocol', `${label} sent an event of more than ${maxBytes} bytes`, {
            code: 'too-large',
          }),
        );
    },
  });
  const ended = (): void => {
    if (!ending.hasIds) onEnd();
  };
  response.body.pipeTo(counted.writable).then(ended, ended);
  const bounded = new Response(counted.readable, { status, statusText, headers });
  return Object.defineProperty(bounded, 'url', { value: url });
}

function count(ending: { bytes: number; isLineStart: boolean; hasIds: boolean }, byte: number): void {
  if (byte === RETURN) return;
  // Only the field `id` of an event begins with `i`.
  if (ending.isLineStart && byte === LETTER_I) ending.hasIds = true;
  const isEmptyLine = byte === LINE_FEED && ending.isLineStart;
  ending.bytes = isEmptyLine ? 0 : ending.bytes + 1;
  ending.isLineStart = byte === LINE_FEED;
}
