import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { bytesOf, never, part, photo, spiedSharp } from './pictures.ts';

const EDGE = 1568;
/** So small that quality 85 is too much by far: several encodings are needed. */
const MAX_BYTES = 120_000;
const RUNGS = [85, 75, 65, 50, 35, 20];
/** Most encodings of a search. */
const MOST_ENCODINGS = 4;

const original = await bytesOf(photo(4000, 3000).jpeg({ quality: 92 }));
const box = { width: EDGE, height: EDGE, fit: 'inside', withoutEnlargement: true } as const;

/** Returns the quality that a search over fixed steps would find. */
async function rungOf(): Promise<number | undefined> {
  const { data, info } = await sharp(original).resize(box).raw().toBuffer({ resolveWithObject: true });
  for (const quality of RUNGS) {
    if ((await sharp(data, { raw: info }).jpeg({ quality }).toBuffer()).length <= MAX_BYTES) return quality;
  }
  return undefined;
}

test.each([
  ['one encoding, when that fits', 5e6, 1],
  [`a search for ${MAX_BYTES} bytes`, MAX_BYTES, MOST_ENCODINGS],
])(`fits 12 megapixels to ${EDGE} px by one decoding and %s`, async (_, maxBytes, most) => {
  const { sharp: spied, opened, qualities } = spiedSharp();
  const limits = { mediaTypes: ['image/jpeg'], maxBytes, maxEdge: EDGE };
  await createMediaFitter({ sharp: spied }).fit(part(original), limits, never);
  expect(opened).toHaveLength(1);
  expect(qualities.length).toBeLessThanOrEqual(most);
});

test('finds at least the quality of a descent over fixed steps', async () => {
  const spy = spiedSharp();
  const limits = { mediaTypes: ['image/jpeg'], maxBytes: MAX_BYTES, maxEdge: EDGE };
  const fitted = await createMediaFitter({ sharp: spy.sharp }).fit(part(original), limits, never);
  expect(spy.opened.length).toBe(1);
  const asMade = spy.qualities.filter((quality) => typeof quality === 'number').sort((a, b) => a - b);
  const rung = (await rungOf()) ?? 0;
  expect(rung).toBeGreaterThan(0);
  expect(asMade.filter((quality) => quality >= rung && quality < 85).length).toBeGreaterThan(0);
  expect(inspectImage(fitted.bytes)?.width).toBe(EDGE);
  expect(fitted.bytes.length).toBeGreaterThan(MAX_BYTES * 0.85);
});

test('returns a fitting part unchanged without decoding', async () => {
  const { sharp: spied, opened } = spiedSharp();
  const given = part(original, 'image/jpeg');
  const limits = { mediaTypes: ['image/jpeg'], maxBytes: 20e6, maxEdge: 8000 };
  expect(await createMediaFitter({ sharp: spied }).fit(given, limits, never)).toBe(given);
  expect(opened).toEqual([]);
});
