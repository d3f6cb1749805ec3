import { failureOf } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { blankPng, blankProgressiveJpeg } from './blanks.ts';
import { limits, notAborted, part, spiedSharp } from './pictures.ts';

const MAX_GROWTH = 256e6;
const fitter = createMediaFitter();
const imageLimits = limits({ maxEdge: 1568, maxBytes: 1e6 });

/** Returns the maximum growth of the process during work, in bytes. A timer can sample it, because sharp uses other threads. */
async function measureGrowth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const sample = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 2);
  await work();
  clearInterval(timer);
  sample();
  return highest - before;
}

describe('rejects an image with too many pixels by its header', () => {
  test.each([
    [
      'a small file of 900 megapixels',
      blankPng(30_000, 30_000),
      /900000000|30000x30000 pixels is above the limit/,
    ],
    [
      'a progressive JPEG of 49 megapixels',
      blankProgressiveJpeg(7000, 7000),
      /about 294000000 bytes of memory to decode/,
    ],
    [
      'an interlaced PNG of 49 megapixels with 16 bits per channel',
      blankPng(7000, 7000, { colour: 6, depth: 16, interlaced: true }),
      /about 392000000 bytes of memory to decode/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(bytes.length).toBeLessThan(1e6);
    const startUsage = process.cpuUsage();
    const growthBytes = await measureGrowth(async () => {
      const error = await failureOf(fitter.fit(part(bytes), imageLimits, notAborted));
      expect([error.kind, error.details.code]).toEqual(['unsupported', 'too-large']);
      expect(error.message).toMatch(message);
    });
    expect(process.cpuUsage(startUsage).user / 1000).toBeLessThan(500);
    expect(growthBytes).toBeLessThan(32e6);
  });
});

describe('the conversion of an image', () => {
  test.each([
    ['a PNG of 49 megapixels', blankPng(7000, 7000)],
    [
      'an interlaced PNG of 49 megapixels with four channels',
      blankPng(7000, 7000, { colour: 6, depth: 8, interlaced: true }),
    ],
    ['a progressive JPEG of 33 megapixels', blankProgressiveJpeg(5760, 5760)],
  ])(`grows the process by less than ${MAX_GROWTH / 1e6} MB: %s`, { timeout: 60_000 }, async (_, bytes) => {
    const growthBytes = await measureGrowth(async () => {
      const { bytes: fittedBytes } = await fitter.fit(part(bytes), imageLimits, notAborted);
      const { width = 0 } = inspectImage(fittedBytes) ?? {};
      expect(width).toBeGreaterThan(900);
      expect(width).toBeLessThanOrEqual(1568);
    });
    expect(growthBytes).toBeLessThan(MAX_GROWTH);
  });

  test('waits until enough memory is available', async () => {
    const { sharp, opened } = spiedSharp();
    const small = createMediaFitter({ sharp, concurrency: 4, maxMemory: 20e6 });
    const wait = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    const fit = (): Promise<unknown> =>
      small.fit(part(blankProgressiveJpeg(1000, 1000)), { ...imageLimits, maxEdge: 500 }, notAborted);
    const fits = [fit(), fit(), fit(), fit()];
    await wait();
    // Each image needs 6 MB of coefficients and 2 MB of pixels.
    expect(opened.length).toBe(2);
    await Promise.all(fits);
    expect(opened.length).toBe(4);
  });
});

test.each([
  ['a non-interlaced PNG', blankPng(1000, 100, { colour: 2, depth: 8 }), 75_000],
  ['an interlaced PNG', blankPng(1000, 100, { colour: 2, depth: 8, interlaced: true }), 300_000],
  ['an interlaced PNG of 16 bits', blankPng(1000, 100, { colour: 6, depth: 16, interlaced: true }), 800_000],
  ['a progressive JPEG', blankProgressiveJpeg(1000, 100), 600_000],
])('estimates the memory of decoding %s', (_, bytes, expected) => {
  expect(inspectImage(bytes)?.decodeBytes).toBe(expected);
});
