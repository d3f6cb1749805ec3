import { LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { blankPng, blankProgressiveJpeg } from './blanks.ts';
import { limits, never, part, spiedSharp } from './pictures.ts';

const MOST_GROWTH = 256e6;
const fitter = createMediaFitter();
const wanted = limits({ maxEdge: 1568, maxBytes: 1e6 });

/** By how much the process grew while it worked, at most: sharp works on other threads, so a timer sees it. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const look = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 2);
  await work();
  clearInterval(timer);
  look();
  return highest - before;
}

async function refusal(bytes: Uint8Array): Promise<LlmError> {
  const error: unknown = await fitter.fit(part(bytes), wanted, never).catch((thrown: unknown) => thrown);
  if (!LlmError.is(error)) throw new Error(`expected an LlmError, not ${String(error)}`);
  return error;
}

describe('rejects an image with too many pixels by its header', () => {
  test.each([
    ['a bomb of 900 megapixels', blankPng(30_000, 30_000), /900000000|30000x30000 pixels is above the limit/],
    [
      'a progressive JPEG of 49',
      blankProgressiveJpeg(7000, 7000),
      /about 294000000 bytes of memory to decode/,
    ],
    [
      'an interlaced PNG of 49, 16 bits a channel',
      blankPng(7000, 7000, { colour: 6, depth: 16, interlaced: true }),
      /about 392000000 bytes of memory to decode/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(bytes.length).toBeLessThan(1e6);
    const from = process.cpuUsage();
    const grown = await growth(async () => {
      const error = await refusal(bytes);
      expect([error.kind, error.details.code]).toEqual(['unsupported', 'too-large']);
      expect(error.message).toMatch(message);
    });
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(500);
    expect(grown).toBeLessThan(32e6);
  });
});

describe('an image that is changed', () => {
  test.each([
    ['a PNG of 49 megapixels', blankPng(7000, 7000)],
    [
      'an interlaced PNG of 49, four channels',
      blankPng(7000, 7000, { colour: 6, depth: 8, interlaced: true }),
    ],
    ['a progressive JPEG of 33', blankProgressiveJpeg(5760, 5760)],
  ])(`grows the process by less than ${MOST_GROWTH / 1e6} MB: %s`, { timeout: 60_000 }, async (_, bytes) => {
    const grown = await growth(async () => {
      const { bytes: made } = await fitter.fit(part(bytes), wanted, never);
      const { width = 0 } = inspectImage(made) ?? {};
      expect(width).toBeGreaterThan(900);
      expect(width).toBeLessThanOrEqual(1568);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);
  });

  test('waits until enough memory is available', async () => {
    const { sharp, opened } = spiedSharp();
    const small = createMediaFitter({ sharp, concurrency: 4, maxMemory: 20e6 });
    const wait = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    const fit = (): Promise<unknown> =>
      small.fit(part(blankProgressiveJpeg(1000, 1000)), { ...wanted, maxEdge: 500 }, never);
    const fits = [fit(), fit(), fit(), fit()];
    await wait();
    // 6 MB of coefficients and 2 MB of pixels each.
    expect(opened.length).toBe(2);
    await Promise.all(fits);
    expect(opened.length).toBe(4);
  });
});

test.each([
  ['a PNG by rows', blankPng(1000, 100, { colour: 2, depth: 8 }), 75_000],
  ['an interlaced PNG', blankPng(1000, 100, { colour: 2, depth: 8, interlaced: true }), 300_000],
  ['an interlaced PNG of 16 bits', blankPng(1000, 100, { colour: 6, depth: 16, interlaced: true }), 800_000],
  ['a progressive JPEG', blankProgressiveJpeg(1000, 100), 600_000],
])('estimates the memory of decoding %s', (_, bytes, expected) => {
  expect(inspectImage(bytes)?.decodeBytes).toBe(expected);
});
