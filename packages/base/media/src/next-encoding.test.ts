import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_TRIES,
  nextLosslessEncoding,
  nextEncoding,
  type EncodingPlan,
  type EncodingResult,
} from './next-encoding.ts';

const step = (quality: number): number => (quality < 50 ? 5000 / quality : 200 - 2 * quality);
/** Returns the size of an image as a power of the quantizer step, plus a constant for headers and tables. */
const sizes =
  (bytesAtBest: number, slope: number) =>
  ({ quality, scale }: EncodingPlan): number =>
    Math.round(500 + bytesAtBest * scale ** 2 * (step(85) / step(quality)) ** slope);

function search(
  size: (plan: EncodingPlan) => number,
  maxBytes: number,
  next: (tries: readonly EncodingResult[], maxBytes: number) => EncodingPlan | undefined = nextEncoding,
): readonly EncodingResult[] {
  const tries: EncodingResult[] = [];
  for (let plan = next(tries, maxBytes); plan !== undefined; plan = next(tries, maxBytes)) {
    tries.push({ ...plan, bytes: size(plan) });
  }
  return tries;
}

describe('the search for a quality', () => {
  test.each([
    ['tries the best quality first if it fits', 1_000_000, [85]],
    ['finds a quality for half of the bytes', 200_000, [85, 59, 61]],
    ['finds a quality for a fifth of the bytes', 80_000, [85, 30, 60, 66]],
  ])('%s', (_, maxBytes, qualities) => {
    const tries = search(sizes(400_000, 0.8), maxBytes);
    expect(tries.map(({ quality }) => quality)).toEqual(qualities);
    expect(tries.some(({ bytes }) => bytes <= maxBytes)).toBe(true);
  });

  test('ends within MAX_TRIES tries with a fitting plan', () => {
    const slopes = fc.double({ min: 0.4, max: 1.3, noNaN: true });
    const budgets = fc.integer({ min: 5_000, max: 2_000_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 5_000_000 }),
        slopes,
        budgets,
        (bytesAtBest, slope, maxBytes) => {
          const tries = search(sizes(bytesAtBest, slope), maxBytes);
          expect(tries.length).toBeLessThanOrEqual(MAX_TRIES);
          expect(
            tries.every(({ quality, scale }) => quality >= 30 && quality <= 85 && scale > 0 && scale <= 1),
          ).toBe(true);
          expect(tries.some(({ bytes }) => bytes <= maxBytes)).toBe(true);
        },
      ),
      { seed: 7, numRuns: 2_000 },
    );
  });

  test('keeps all pixels if the lowest quality fits', () => {
    const size = sizes(400_000, 0.8);
    const bytesAtWorst = size({ quality: 30, scale: 1 });
    fc.assert(
      fc.property(fc.integer({ min: bytesAtWorst, max: 500_000 }), (maxBytes) => {
        const fitting = search(size, maxBytes).filter(({ bytes }) => bytes <= maxBytes);
        expect(fitting.every(({ scale }) => scale === 1)).toBe(true);
        expect(Math.max(...fitting.map(({ bytes }) => bytes))).toBeGreaterThan(maxBytes * 0.8);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('needs one try if the best quality fits', () => {
    expect(search(sizes(1000, 1), 10_000)).toEqual([{ quality: 85, scale: 1, bytes: 1500 }]);
  });
});

test('increases edges that were reduced too much', () => {
  // The bytes of noise decrease faster than its pixels.
  const size = ({ quality, scale }: EncodingPlan): number =>
    Math.round(30e6 * scale ** 2.7 * (step(85) / step(quality)) ** 0.75);
  for (const maxBytes of [1e6, 2e5, 5e4, 1e4]) {
    const fitting = search(size, maxBytes).filter(({ bytes }) => bytes <= maxBytes);
    expect(Math.max(...fitting.map(({ bytes }) => bytes))).toBeGreaterThan(0.7 * maxBytes);
  }
});

describe('a lossless search', () => {
  const size = ({ scale }: EncodingPlan): number => Math.round(1_000_000 * scale ** 1.8);

  test('reduces the edges until the bytes fit', () => {
    const tries = search(size, 90_000, nextLosslessEncoding);
    expect(tries.length).toBeLessThanOrEqual(MAX_TRIES);
    expect(tries.at(-1)!.bytes).toBeLessThanOrEqual(90_000);
  });

  test('ends after MAX_TRIES tries', () => {
    expect(search(() => 100, 10, nextLosslessEncoding).length).toBe(MAX_TRIES);
  });
});
