import type { Usage } from '@majordomo/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, maxCost, type Price, type Rates } from '../src/index.ts';
import { anyPrice, anyUsage } from './arbitrary.ts';

/** A number as a fraction: nothing is lost, whatever is done with it. */
class Fraction {
  readonly top: bigint;
  readonly bottom: bigint;

  constructor(top: bigint, bottom = 1n) {
    this.top = top;
    this.bottom = bottom;
  }

  static of(value: number): Fraction {
    const [whole = '0', decimals = ''] = value.toFixed(6).split('.');
    return new Fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  plus({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * bottom + top * this.bottom, this.bottom * bottom);
  }

  times({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * top, this.bottom * bottom);
  }

  /** Half goes up. */
  rounded(): bigint {
    return (2n * this.top + this.bottom) / (2n * this.bottom);
  }
}

const MILLION = new Fraction(1n, 1_000_000n);
const NANO_PER_MICRO = new Fraction(1000n);

/**
 * Computes the same cost step by step: the price of each unit in micro-USD. `undefined`: a price is unknown.
 */
function byTheBook(usage: Usage, price: Price, tier: string | undefined): bigint | undefined {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0, details = {} } = usage;
  const { inputAudio = 0, outputAudio = 0, inputImage = 0, outputImage = 0, cacheWriteLong = 0 } = details;
  const searches = details.serverTools?.['web_search'] ?? 0;
  const characters = details.units?.['character'] ?? 0;

  const step = price.above?.[0];
  const isAbove = step !== undefined && (details.largestInput ?? input) > step.inputTokens;
  if (isAbove && details.largestInput === undefined && searches > 0) return undefined;
  const word = tier === undefined ? undefined : isAbove ? `${tier}>${step.inputTokens}` : tier;
  const own = word === undefined ? {} : price.tiers?.[word];
  if (own === undefined) return undefined;
  const table: Rates = { ...(isAbove ? step.rates : price.rates), ...own };

  const lines: readonly (readonly [units: number, perMillion: number | undefined])[] = [
    [
      input - cacheRead - cacheWrite - inputAudio - (table.inputImage === undefined ? 0 : inputImage),
      table.input,
    ],
    [cacheRead, table.cacheRead],
    [cacheWrite - cacheWriteLong, table.cacheWrite],
    [cacheWriteLong, table.cacheWriteLong],
    [inputAudio, table.inputAudio],
    [table.inputImage === undefined ? 0 : inputImage, table.inputImage],
    [
      output -
        outputAudio -
        (table.reasoning === undefined ? 0 : reasoning) -
        (table.outputImage === undefined ? 0 : outputImage),
      table.output,
    ],
    [table.reasoning === undefined ? 0 : reasoning, table.reasoning],
    [outputAudio, table.outputAudio],
    [table.outputImage === undefined ? 0 : outputImage, table.outputImage],
  ];
  let micros = Fraction.of(price.fees?.['request'] ?? 0);
  for (const [units, perMillion] of lines) {
    if (units === 0) continue;
    if (perMillion === undefined) return undefined;
    micros = micros.plus(Fraction.of(units).times(Fraction.of(perMillion)).times(MILLION));
  }
  const uses = [
    [searches, price.fees?.['web_search']],
    [characters, price.fees?.['character'] ?? (output > 0 ? 0 : undefined)],
  ] as const;
  for (const [count, fee] of uses) {
    if (count === 0) continue;
    if (fee === undefined) return undefined;
    micros = micros.plus(Fraction.of(count).times(Fraction.of(fee)));
  }
  return micros.times(NANO_PER_MICRO).rounded();
}

const anyTier = fc.constantFrom(undefined, undefined, 'batch');

describe('10,000 usages at prices of any form', () => {
  it('have the same cost as a calculation with fractions, to the last digit', () => {
    let known = 0;
    fc.assert(
      fc.property(anyUsage, anyPrice, anyTier, (usage, price, tier) => {
        const expected = byTheBook(usage, price, tier);
        if (expected !== undefined) known++;
        expect(costOf(usage, price, { tier }).nanoUsd).toBe(expected);
      }),
      { numRuns: 10_000, seed: 21 },
    );
    expect(known).toBeGreaterThan(1000);
  });

  it('never cost more than the maximum cost of these tokens', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, anyTier, (usage, price, tier) => {
        const { serverTools: _tools, units: _units, ...details } = usage.details ?? {};
        const { nanoUsd = 0n } = costOf({ ...usage, details }, price, { tier });
        const { input = 0, output = 0 } = usage;
        expect(nanoUsd).toBeLessThanOrEqual(maxCost({ input, output }, price));
      }),
      { numRuns: 10_000, seed: 22 },
    );
  });
});
