import { LlmError } from '@majordomo/core';
import { NDJSON, SSE, type Framing } from '@majordomo/wire-kit';
import type { FuzzTarget } from '@majordomo/test-support';

const EVENTS = 'event: a\r\ndata: {"x":"世"}\r\n\r\n: ping\n\ndata: one\ndata: two\n\ndata: [DONE]\n\n';
const LINES = '{"x":"世"}\r\n\n{"y":[1,2]}\n{"z":null}';

/** Checks that every split of the bytes leads to the same messages and end. */
function messages(framing: Framing, bytes: Uint8Array, most: number): string {
  const seen: string[] = [];
  const decoder = framing.decoder((data, event) => seen.push(`${event}|${data}`), 'a/b');
  try {
    for (let at = 0; at < bytes.length; at += most) decoder.push(bytes.slice(at, at + most));
    decoder.end();
  } catch (error) {
    if (!LlmError.is(error, 'protocol')) throw error;
    seen.push(error.message);
  }
  return JSON.stringify(seen);
}

/** What servers stream: events and lines. */
export const target: FuzzTarget = {
  samples: [EVENTS, LINES].map((text) => new TextEncoder().encode(text)),
  parse(bytes) {
    for (const framing of [SSE, NDJSON]) {
      const whole = messages(framing, bytes, bytes.length + 1);
      for (const most of [1, 3, 7]) {
        if (messages(framing, bytes, most) !== whole)
          throw new Error(`cut into ${most} it says something else`);
      }
    }
    return 'read';
  },
};
