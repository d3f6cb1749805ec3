import { applyCurve } from '@majordomo/core/toolkit';
import { seededRandom } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { fitCurve, type Sample } from './fit.ts';

const normalized = (values: readonly number[]): readonly number[] => {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
};

function drawn(probabilities: readonly number[], random: number): number {
  let rest = random;
  for (const [at, each] of probabilities.entries()) {
    rest -= each;
    if (rest < 0) return at;
  }
  return probabilities.length - 1;
}

function samplesOf(seed: number, count: number, options: number, sharpness = 1.5): readonly Sample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const weights = Array.from({ length: options }, () => Math.exp(sharpness * (random() * 4 - 2)));
    const probabilities = normalized(weights);
    return { probabilities, label: drawn(normalized(weights.map((weight) => weight ** 0.6)), random()) };
  });
}

/** Independent computation of the penalized loss. */
function lossAt(samples: readonly Sample[], scale: number, bias: readonly number[]): number {
  let loss = ((scale - 1) ** 2 + bias.reduce((sum, each) => sum + each * each, 0)) / 2;
  for (const { probabilities, label } of samples) {
    const weights = probabilities.map((p, at) => Math.max(p, 0.005) ** scale * Math.exp(bias[at] ?? 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    loss -= Math.log((weights[label] ?? 0) / total);
  }
  return loss;
}

/** Minimum of the loss of two options on successively finer grids. A search without derivatives, as a reference. */
function bruteForce(samples: readonly Sample[]): { scale: number; bias: number; loss: number } {
  let best = { scale: 1, bias: 0, loss: Infinity };
  for (let width = 4; width > 1e-4; width /= 3) {
    const { scale: middle, bias: center } = best;
    for (let row = -6; row <= 6; row++)
      for (let column = -6; column <= 6; column++) {
        const scale = Math.max(0.01, middle + (row * width) / 6);
        const bias = center + (column * width) / 6;
        const loss = lossAt(samples, scale, [bias, -bias]);
        if (loss < best.loss) best = { scale, bias, loss };
      }
  }
  return best;
}

describe('the fit of a curve', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
    'equals a brute-force search for two options, seed %i',
    (seed) => {
      const samples = samplesOf(seed, 20 + seed * 7, 2, (seed % 5) / 2 + 0.2);
      const reference = bruteForce(samples);
      const { scale, bias } = fitCurve(samples, 2);
      expect(lossAt(samples, scale, bias)).toBeLessThanOrEqual(reference.loss + 1e-6);
      expect(Math.abs(scale - reference.scale)).toBeLessThan(0.01);
      expect(Math.abs((bias[0] ?? NaN) - reference.bias)).toBeLessThan(0.01);
      expect((bias[0] ?? NaN) + (bias[1] ?? NaN)).toBeCloseTo(0, 5);
    },
  );

  it.each([3, 5, 10])('is a minimum for %i options: no change of a parameter lowers the loss', (options) => {
    const samples = samplesOf(options, 200, options);
    const { scale, bias } = fitCurve(samples, options);
    const loss = lossAt(samples, scale, bias);
    for (const change of [-0.01, 0.01]) {
      expect(lossAt(samples, scale + change, bias)).toBeGreaterThan(loss);
      for (const at of bias.keys())
        expect(
          lossAt(
            samples,
            scale,
            bias.map((each, index) => (index === at ? each + change : each)),
          ),
        ).toBeGreaterThan(loss);
    }
  });

  it('keeps a scale above 0 if labels contradict the probabilities, and the order of two inputs', () => {
    const contrary = samplesOf(3, 200, 2).map(({ probabilities }) => ({
      probabilities,
      label: (probabilities[0] ?? 0) > 0.5 ? 1 : 0,
    }));
    const curve = fitCurve(contrary, 2);
    expect(curve.scale).toBe(0.01);
    expect(lossAt(contrary, curve.scale, curve.bias)).toBeLessThanOrEqual(bruteForce(contrary).loss + 1e-6);
  });

  it('never changes the order of two inputs', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const curve = fitCurve(samplesOf(seed, 60, 2), 2);
      const outputs = Array.from(
        { length: 99 },
        (_, at) => applyCurve([(at + 1) / 100, 1 - (at + 1) / 100], curve)[0] ?? NaN,
      );
      expect(outputs).toEqual(outputs.toSorted((one, other) => one - other));
    }
  });

  it('returns the same curve for the same samples, and stays near the identity for few labels', () => {
    const samples = samplesOf(9, 100, 4);
    expect(fitCurve(samples, 4)).toEqual(fitCurve(structuredClone(samples), 4));
    const none = fitCurve([], 3);
    expect(none).toEqual({ scale: 1, bias: [0, 0, 0] });
  });

  it('accepts probabilities of 0 and 1, and one label', () => {
    const samples = Array.from({ length: 30 }, (_, at) => ({
      probabilities: [1, 0],
      label: at % 10 === 0 ? 1 : 0,
    }));
    const { scale, bias } = fitCurve(samples, 2);
    expect([scale > 0, bias.every(Number.isFinite)]).toEqual([true, true]);
  });
});
