import { seededRandom } from '../clock/random.ts';

/**
 * Sizes of the writes of a body: the complete body, one event, this number of bytes, or random sizes of at most `most` bytes
 * (default 16), which depend on `seed`. A write can end within a character or a line end.
 */
export type Split =
  | 'complete'
  | 'event'
  | number
  | { readonly seed: number; readonly most?: number | undefined };

/** Splits the frames of a body into writes. */
export function split(frames: readonly Uint8Array[], how: Split): readonly Uint8Array[] {
  if (how === 'event') return frames;
  const body = Buffer.concat(frames);
  if (body.length === 0) return [];
  if (how === 'complete') return [body];
  const random = typeof how === 'number' ? undefined : seededRandom(how.seed);
  const most = typeof how === 'number' ? how : (how.most ?? 16);
  const writes: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const size = random === undefined ? most : 1 + Math.floor(random() * most);
    writes.push(body.subarray(at, at + size));
    at += size;
  }
  return writes;
}
