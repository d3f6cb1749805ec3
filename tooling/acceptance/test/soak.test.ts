import { describe, expect, it } from 'vitest';
import { slopeOf, type Sample } from '../soak/slope.ts';

describe('a slope', () => {
  const samples = (noise: number): Sample[] =>
    Array.from({ length: 90 }, (_, n) => ({
      seconds: 30 + n,
      calls: n,
      bytes: 1000 + 2 * n + (n % 2) * noise,
    }));

  it('is the rise per minute of the least-squares line', () => {
    expect(slopeOf(samples(0))).toEqual({
      perMinute: expect.closeTo(120) as number,
      error: expect.closeTo(0) as number,
    });
    expect(slopeOf(samples(10))?.perMinute).toBeCloseTo(120, 0);
  });

  it('has a larger error for noisy samples', () => {
    expect(slopeOf(samples(1000))?.error).toBeGreaterThan(50);
  });

  it('is undefined for two samples', () => {
    expect(slopeOf(samples(0).slice(0, 2))).toBeUndefined();
  });
});
