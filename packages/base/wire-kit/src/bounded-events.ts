import { LlmError } from '@majordomo/core';
import { ByteCollector } from '@majordomo/core/toolkit';
import { checkReceivedJson } from './bounded-json.ts';

const LINE_FEED = 10;
const RETURN = 13;
const LETTER_I = 105;

/**
 * Limits each event of a stream to `maxBytes`, and its JSON as `boundedJson` does. A larger event ends the stream with an error before
 * it is parsed. If the stream contained no event ids, calls `onEnd` at its end, because the stream cannot be resumed.
 */
export function boundedEvents(
  response: Response,
  label: string,
  maxBytes: number,
  onEnd: () => void = () => undefined,
): Response {
  if (response.body === null) return response;
  const { status, statusText, headers, url } = response;
  const progress: Progress = { bytes: 0, isLineStart: true, isAfterReturn: false, hasIds: false };
  /** Bytes of the event that has not ended. */
  let event = new ByteCollector();
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const isEnd = count(progress, chunk[at] as number);
        if (progress.bytes > maxBytes)
          throw new LlmError('protocol', `${label} sent an event of more than ${maxBytes} bytes`, {
            code: 'too-large',
          });
        if (!isEnd) continue;
        event.push(chunk.subarray(from, at + 1));
        from = at + 1;
        controller.enqueue(checkedEvent(event.concat(), label));
        event = new ByteCollector();
      }
      event.push(chunk.subarray(from));
    },
    flush(controller) {
      controller.enqueue(checkedEvent(event.concat(), label));
    },
  });
  const ended = (): void => {
    if (!progress.hasIds) onEnd();
  };
  // The caller receives a failure through the readable side.
  response.body.pipeTo(counted.writable).then(ended, ended);
  const bounded = new Response(counted.readable, { status, statusText, headers });
  return Object.defineProperty(bounded, 'url', { value: url });
}

/** Progress of the reading of a stream. */
interface Progress {
  /** Number of bytes of the event so far. */
  bytes: number;
  isLineStart: boolean;
  isAfterReturn: boolean;
  /** Whether any event so far had an id. */
  hasIds: boolean;
}

/** Counts a byte, and returns whether it ends an event. CR, LF and CRLF end a line. */
function count(progress: Progress, byte: number): boolean {
  const isPartOfEnd = byte === LINE_FEED && progress.isAfterReturn;
  progress.isAfterReturn = byte === RETURN;
  // The CR has ended the line. If it ended an event too, the LF is sent at once, because a reader may wait for it.
  if (isPartOfEnd) return progress.bytes === 0;
  // Only the field `id` of an event begins with `i`.
  if (progress.isLineStart && byte === LETTER_I) progress.hasIds = true;
  const isLineEnd = byte === LINE_FEED || byte === RETURN;
  const isEmptyLine = isLineEnd && progress.isLineStart;
  progress.bytes = isEmptyLine ? 0 : progress.bytes + 1;
  progress.isLineStart = isLineEnd;
  return isEmptyLine;
}

/** Checks the JSON in the `data` fields of an event. Returns the bytes unchanged, because the caller parses them itself. */
function checkedEvent(bytes: Uint8Array, label: string): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length));
  checkReceivedJson(new TextEncoder().encode(data.join('\n')), label);
  return bytes;
}
