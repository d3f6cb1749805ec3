import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { bytesOf, notAborted, part, photo, spiedSharp } from './pictures.ts';

const EDGE = 1568;
/** Limit that needs several encodings, because quality 85 exceeds it by far. */
const MAX_BYTES = 120_000;
const FIXED_QUALITIES = [85, 75, 65, 50, 35, 20];
/** Maximum number of encodings of a search. */
const MAX_ENCODINGS = 4;

const original = await bytesOf(photo(4000, 3000).jpeg({ quality: 92 }));
const box = { width: EDGE, height: EDGE, fit: 'inside', withoutEnlargement: true } as const;

/** Returns the quality that a search over fixed steps would find. */
async function findFixedQuality(): Promise<number | undefined> {
  const { data, info } = await sharp(original).resize(box).raw().toBuffer({ resolveWithObject: true });
  for (const quality of FIXED_QUALITIES) {
    if ((await sharp(data, { raw: info }).jpeg({ quality }).toBuffer()).length <= MAX_BYTES) return quality;
  }
  return undefined;
}

test.each([
  ['one encoding if its result fits', 5e6, 1],
  [`a search for ${MAX_BYTES} bytes`, MAX_BYTES, MAX_ENCODINGS],
])(`fits 12 megapixels to ${EDGE} px with one decoding and %s`, async (_, maxBytes, maxEncodings) => {
  const { sharp: spiedFunction, opened, qualities } = spiedSharp();
  const limits = { mediaTypes: ['image/jpeg'], maxBytes, maxEdge: EDGE };
  await createMediaFitter({ sharp: spiedFunction }).fit(part(original), limits, notAborted);
  expect(opened).toHaveLength(1);
  expect(qualities.length).toBeLessThanOrEqual(maxEncodings);
});

test('finds at least the quality of a descent over fixed steps', async () => {
  const spy = spiedSharp();
  const limits = { mediaTypes: ['image/jpeg'], maxBytes: MAX_BYTES, maxEdge: EDGE };
  const fitted = await createMediaFitter({ sharp: spy.sharp }).fit(part(original), limits, notAborted);
  expect(spy.opened.length).toBe(1);
  const usedQualities = spy.qualities.filter((quality) => typeof quality === 'number').sort((a, b) => a - b);
  const fixedQuality = (await findFixedQuality()) ?? 0;
  expect(fixedQuality).toBeGreaterThan(0);
  expect(usedQualities.filter((quality) => quality >= fixedQuality && quality < 85).length).toBeGreaterThan(
    0,
  );
  expect(inspectImage(fitted.bytes)?.width).toBe(EDGE);
  expect(fitted.bytes.length).toBeGreaterThan(MAX_BYTES * 0.85);
});

test('returns a fitting part unchanged without decoding', async () => {
  const { sharp: spiedFunction, opened } = spiedSharp();
  const originalPart = part(original, 'image/jpeg');
  const limits = { mediaTypes: ['image/jpeg'], maxBytes: 20e6, maxEdge: 8000 };
  expect(await createMediaFitter({ sharp: spiedFunction }).fit(originalPart, limits, notAborted)).toBe(
    originalPart,
  );
  expect(opened).toEqual([]);
});
