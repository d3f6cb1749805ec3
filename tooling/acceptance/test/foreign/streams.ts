import { LlmError } from '@majordomo/core';
import { NDJSON, SSE, type Framing } from '@majordomo/wire-kit';
import type { FuzzTarget } from '@majordomo/test-support';

const EVENTS = 'event: a\r\ndata: {"x":"世"}\r\n\r\n: ping\n\ndata: one\ndata: two\n\ndata: [DONE]\n\n';
const LINES = '{"x":"世"}\r\n\n{"y":[1,2]}\n{"z":null}';

/** Decodes the bytes in chunks of a maximum size. Returns the messages and the error as JSON. */
function decode(framing: Framing, bytes: Uint8Array, chunkSize: number): string {
  const results: string[] = [];
  const decoder = framing.decoder((data, event) => results.push(`${event}|${data}`), 'a/b');
  try {
    for (let at = 0; at < bytes.length; at += chunkSize) decoder.push(bytes.slice(at, at + chunkSize));
    decoder.end();
  } catch (error) {
    if (!LlmError.is(error, 'protocol')) throw error;
    results.push(error.message);
  }
  return JSON.stringify(results);
}

/** Streams of events and of lines. */
export const target: FuzzTarget = {
  samples: [EVENTS, LINES].map((text) => new TextEncoder().encode(text)),
  parse(bytes) {
    for (const framing of [SSE, NDJSON]) {
      const expected = decode(framing, bytes, bytes.length + 1);
      for (const chunkSize of [1, 3, 7]) {
        if (decode(framing, bytes, chunkSize) !== expected)
          throw new Error(`chunks of ${chunkSize} bytes lead to another result`);
      }
    }
    return 'read';
  },
};
