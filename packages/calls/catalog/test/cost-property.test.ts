import type { Usage } from '@majordomo/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, maxCost, type Price, type Rates } from '../src/index.ts';
import { anyPrice, anyUsage } from './arbitrary.ts';

/** Exact number as a fraction. */
class Fraction {
  readonly top: bigint;
  readonly bottom: bigint;

  constructor(top: bigint, bottom = 1n) {
    this.top = top;
    this.bottom = bottom;
  }

  static of(value: number): Fraction {
    const [integer = '0', decimals = ''] = value.toFixed(6).split('.');
    return new Fraction(BigInt(integer + decimals), 10n ** BigInt(decimals.length));
  }

  plus({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * bottom + top * this.bottom, this.bottom * bottom);
  }

  times({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * top, this.bottom * bottom);
  }

  /** Rounds half up. */
  rounded(): bigint {
    return (2n * this.top + this.bottom) / (2n * this.bottom);
  }
}

const MILLION = new Fraction(1n, 1_000_000n);
const NANO_PER_MICRO = new Fraction(1000n);

/**
 * Computes the same cost with fractions, from the price of each unit in micro-USD. Returns `undefined` if a price is unknown.
 */
function expectedNanoUsd(usage: Usage, price: Price, tier: string | undefined): bigint | undefined {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0, details = {} } = usage;
  const { inputAudio = 0, outputAudio = 0, inputImage = 0, outputImage = 0, cacheWriteLong = 0 } = details;
  const searches = details.serverTools?.['web_search'] ?? 0;
  const characters = details.units?.['character'] ?? 0;

  const step = price.above?.[0];
  const isAbove = step !== undefined && (details.largestInput ?? input) > step.inputTokens;
  if (isAbove && details.largestInput === undefined && searches > 0) return undefined;
  const tierName = tier === undefined ? undefined : isAbove ? `${tier}>${step.inputTokens}` : tier;
  const tierRates = tierName === undefined ? {} : price.tiers?.[tierName];
  if (tierRates === undefined) return undefined;
  const rates: Rates = { ...(isAbove ? step.rates : price.rates), ...tierRates };

  const rateUses: readonly (readonly [units: number, perMillion: number | undefined])[] = [
    [
      input - cacheRead - cacheWrite - inputAudio - (rates.inputImage === undefined ? 0 : inputImage),
      rates.input,
    ],
    [cacheRead, rates.cacheRead],
    [cacheWrite - cacheWriteLong, rates.cacheWrite],
    [cacheWriteLong, rates.cacheWriteLong],
    [inputAudio, rates.inputAudio],
    [rates.inputImage === undefined ? 0 : inputImage, rates.inputImage],
    [
      output -
        outputAudio -
        (rates.reasoning === undefined ? 0 : reasoning) -
        (rates.outputImage === undefined ? 0 : outputImage),
      rates.output,
    ],
    [rates.reasoning === undefined ? 0 : reasoning, rates.reasoning],
    [outputAudio, rates.outputAudio],
    [rates.outputImage === undefined ? 0 : outputImage, rates.outputImage],
  ];
  let micros = Fraction.of(price.fees?.['request'] ?? 0);
  for (const [units, perMillion] of rateUses) {
    if (units === 0) continue;
    if (perMillion === undefined) return undefined;
    micros = micros.plus(Fraction.of(units).times(Fraction.of(perMillion)).times(MILLION));
  }
  const feeUses = [
    [searches, price.fees?.['web_search']],
    [characters, price.fees?.['character'] ?? (output > 0 ? 0 : undefined)],
  ] as const;
  for (const [count, fee] of feeUses) {
    if (count === 0) continue;
    if (fee === undefined) return undefined;
    micros = micros.plus(Fraction.of(count).times(Fraction.of(fee)));
  }
  return micros.times(NANO_PER_MICRO).rounded();
}

const anyTier = fc.constantFrom(undefined, undefined, 'batch');

/** Number of random usages. With SOAK=1, as in the nightly run, 10,000. */
const RUNS = process.env['SOAK'] === undefined ? 300 : 10_000;

describe('usages at prices of any form', () => {
  it('have the same cost as a calculation with fractions, to the last digit', () => {
    let knownCount = 0;
    fc.assert(
      fc.property(anyUsage, anyPrice, anyTier, (usage, price, tier) => {
        const expected = expectedNanoUsd(usage, price, tier);
        if (expected !== undefined) knownCount++;
        expect(costOf(usage, price, { tier }).nanoUsd).toBe(expected);
      }),
      { numRuns: RUNS, seed: 21 },
    );
    expect(knownCount).toBeGreaterThan(RUNS / 10);
  });

  it('never cost more than the maximum cost of these tokens', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, anyTier, (usage, price, tier) => {
        const { serverTools: _tools, units: _units, ...details } = usage.details ?? {};
        const { nanoUsd = 0n } = costOf({ ...usage, details }, price, { tier });
        const { input = 0, output = 0 } = usage;
        expect(nanoUsd).toBeLessThanOrEqual(maxCost({ input, output }, price));
      }),
      { numRuns: RUNS, seed: 22 },
    );
  });
});
