import { seededRandom } from '@majordomo/testing';

/** Splits the first `most` bytes of a body into single bytes. The rest remains one chunk. */
export const byteByByte = (body: Uint8Array, most: number): readonly Uint8Array[] => [
  ...Array.from(body.subarray(0, most), (_, at) => body.subarray(at, at + 1)),
  ...(body.length > most ? [body.subarray(most)] : []),
];

/** Splits a body into chunks of up to `most` bytes. The seed determines the chunks. */
export function atRandom(body: Uint8Array, seed: number, most: number): readonly Uint8Array[] {
  const random = seededRandom(seed);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const size = 1 + Math.floor(random() * most);
    pieces.push(body.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Returns the offsets at which an event ends, except the end of the body. */
export function eventEnds(wire: string, body: Uint8Array): readonly number[] {
  if (wire === 'bedrock-converse') return frameEnds(body);
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  const end = wire === 'ollama-chat' ? /\n/g : /\r\n\r\n|\n\n|\r\r/g;
  return Array.from(text.matchAll(end), ({ index, 0: found }) => index + found.length).filter(
    (at) => at < body.length,
  );
}

/** Returns the end offsets of binary frames. A frame begins with its length. */
function frameEnds(body: Uint8Array): readonly number[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const ends: number[] = [];
  for (let at = 0; at + 4 <= body.length;) {
    at += view.getUint32(at);
    if (at < body.length) ends.push(at);
  }
  return ends;
}

/**
 * Returns all offsets if there are few, otherwise a seeded sample. The sample includes the last offsets, because they
 * concern the finish event.
 */
export function sample(ends: readonly number[], most: number, seed: number): readonly number[] {
  if (ends.length <= most) return ends;
  const random = seededRandom(seed);
  const tail = ends.slice(-Math.min(8, most - 1));
  const rest = ends.slice(0, -tail.length).map((end) => [random(), end] as const);
  rest.sort(([a], [b]) => a - b);
  return [...rest.slice(0, most - tail.length).map(([, end]) => end), ...tail];
}
