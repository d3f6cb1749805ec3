import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { inspectImage } from '../src/index.ts';
import { animation, bytesOf, photo } from './pictures.ts';

const IMAGES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  jpeg: () => bytesOf(photo(64, 48).jpeg()),
  'progressive jpeg': () => bytesOf(photo(64, 48).jpeg({ progressive: true })),
  png: () => bytesOf(photo(64, 48).png()),
  gif: () => bytesOf(photo(64, 48).gif()),
  'animated gif': () => animation('gif'),
  webp: () => bytesOf(photo(64, 48).webp()),
  avif: () => bytesOf(photo(64, 48).avif({ effort: 0 })),
};

const TAILS: Readonly<Record<string, Uint8Array>> = {
  'a line end': Uint8Array.of(10),
  'zeros to the next block': new Uint8Array(1500),
  'text of an upload form': new TextEncoder().encode('\r\n--boundary-7f3a--\r\n'),
  'bytes of any kind': Uint8Array.from({ length: 999 }, (_, at) => (at * 131 + 7) & 255),
};

const joined = (...pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));
const decodes = async (bytes: Uint8Array): Promise<boolean> =>
  sharp(bytes, { failOn: 'error' })
    .toBuffer()
    .then(
      () => true,
      () => false,
    );

describe.each(Object.entries(IMAGES))('a %s', (name, make) => {
  test.each(Object.entries(TAILS))('with %s after its end is complete', async (_tail, tail) => {
    const picture = joined(await make(), tail);
    expect(await decodes(picture)).toBe(true);
    expect(inspectImage(picture)?.complete).toBe(true);
  });

  // An animation is complete if its first frame is.
  test.skipIf(name === 'animated gif')('that is truncated in its data is incomplete', async () => {
    const complete = await make();
    for (let share = 0.5; share < 0.97; share += 0.03) {
      const truncated = complete.slice(0, Math.floor(complete.length * share));
      expect(inspectImage(truncated)?.complete ?? false).toBe(false);
    }
  });
});

test.each([
  ['zeros', [0, 0, 0]],
  ['a stuffed zero', [0xff, 0x00]],
  ['fill bytes', [0xff, 0xff]],
  ['a restart', [0xff, 0xd0]],
  ['text', [...Buffer.from('camera notes')]],
])('a JPEG with %s between its segments is complete, and its decoder accepts it', async (_, extraBytes) => {
  const plain = await bytesOf(photo(64, 48).jpeg());
  const firstSegmentEnd = 4 + (((plain[4] ?? 0) << 8) | (plain[5] ?? 0));
  const picture = joined(
    plain.slice(0, firstSegmentEnd),
    Uint8Array.from(extraBytes),
    plain.slice(firstSegmentEnd),
  );
  expect(await decodes(picture)).toBe(true);
  expect(inspectImage(picture)).toMatchObject({ width: 64, height: 48, complete: true });
});
