import { LlmError } from '@majordomo/core';

/** Of one frame, in bytes: more than AWS sends (payloads of 24 MiB, headers of 128 KiB), and less than hurts. */
const LONGEST_FRAME = 32 * 1024 * 1024;
const SHORTEST_FRAME = 16;
const LENGTH_BYTES = 4;

/**
 * The frames of an event stream as they come. The SDK believes any length that it reads and takes the memory at once,
 * up to 4 GiB for four letters of a page: a length that no frame has is an error here.
 */
export async function* soundFrames(
  body: AsyncIterable<Uint8Array>,
  target: string,
): AsyncIterable<Uint8Array> {
  let rest = 0;
  let length = 0;
  let known = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length;) {
      if (rest > 0) {
        const inside = Math.min(rest, chunk.length - at);
        rest -= inside;
        at += inside;
        continue;
      }
      length = length * 256 + (chunk[at++] ?? 0);
      if (++known < LENGTH_BYTES) continue;
      if (length < SHORTEST_FRAME || length > LONGEST_FRAME) {
        throw new LlmError('protocol', `${target} sent a broken frame`, { target, path: '' });
      }
      rest = length - LENGTH_BYTES;
      length = 0;
      known = 0;
    }
    yield chunk;
  }
}
