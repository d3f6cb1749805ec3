import type { Usage, UsageDetails } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import type { Price } from './contract.ts';
import { costOf, type CostOptions } from './cost.ts';

const plain: Price = {
  from: '2026-01-01',
  rates: {
    input: 3_000_000,
    output: 15_000_000,
    cacheRead: 300_000,
    cacheWrite: 3_750_000,
    cacheWriteLong: 6_000_000,
  },
  sources: ['a', 'b'],
  trust: 'agreed',
};

type Counts = Partial<Omit<Usage, 'details'>>;

const usageOf = (counts: Counts, details?: UsageDetails): Usage => ({
  ...UNKNOWN_USAGE,
  input: 0,
  output: 0,
  ...counts,
  ...(details && { details }),
});

const nano = (usage: Usage, price: Price = plain, options?: CostOptions): bigint | undefined =>
  costOf(usage, price, options).nanoUsd;

const missing = (usage: Usage, price: Price = plain, options?: CostOptions): readonly string[] => {
  const cost = costOf(usage, price, options);
  expect([cost.nanoUsd, cost.basis]).toEqual([undefined, 'unknown']);
  return cost.missing;
};

const million = 1_000_000;

describe('the cost of an attempt', () => {
  it.each<readonly [what: string, usage: Usage, nanoUsd: bigint]>([
    ['input and output', usageOf({ input: 1000, output: 100 }), 4_500_000n],
    ['nothing used', usageOf({}), 0n],
    ['cached input, which is part of the input', usageOf({ input: 1000, cacheRead: 900 }), 570_000n],
    ['a cache written, which is part of the input', usageOf({ input: 1000, cacheWrite: 900 }), 3_675_000n],
    [
      'a long cache, which is part of what was written',
      usageOf({ input: 1000, cacheWrite: 900 }, { cacheWriteLong: 400 }),
      4_575_000n,
    ],
    ['a long cache that was counted alone', usageOf({ input: 1000 }, { cacheWriteLong: 400 }), 4_200_000n],
    ['reasoning, which is plain output here', usageOf({ output: 1000, reasoning: 900 }), 15_000_000n],
    [
      'images, which are plain here',
      usageOf({ input: 1000, output: 10 }, { inputImage: 500, outputImage: 5 }),
      3_150_000n,
    ],
    ['what rounds up', usageOf({ input: 1 }), 3000n],
  ])('%s', (_what, usage, nanoUsd) => {
    expect(costOf(usage, plain)).toEqual({ nanoUsd, basis: 'catalogue', missing: [] });
  });

  it('rounds once, half a nano-USD up', () => {
    const price = (input: number): Price => ({ ...plain, rates: { input, output: 499 } });
    expect(nano(usageOf({ input: 1, output: 1 }), price(1))).toBe(1n);
    expect(nano(usageOf({ input: 1, output: 1 }), price(0))).toBe(0n);
    expect(nano(usageOf({ input: 3, output: 0 }), price(500))).toBe(2n);
  });

  it('is exact beyond the precision of a double', () => {
    const price: Price = { ...plain, rates: { input: 999_999_999, output: 1 } };
    expect(nano(usageOf({ input: 9_007_199_254, output: 1 }), price)).toBe(9_007_199_244_992_801n);
  });

  it('has the basis override for a price of an override', () => {
    expect(costOf(usageOf({ input: 1 }), { ...plain, trust: 'override' }).basis).toBe('override');
  });
});

describe('separate rates', () => {
  const price: Price = {
    ...plain,
    rates: {
      input: 1,
      output: 10,
      reasoning: 4,
      inputImage: 7,
      outputImage: 30,
      inputAudio: 20,
      outputAudio: 50,
    },
  };

  it.each<readonly [what: string, usage: Usage, picos: bigint]>([
    ['reasoning', usageOf({ output: 10 * million, reasoning: 4 * million }), 76n],
    [
      'images',
      usageOf({ input: 3 * million, output: 3 * million }, { inputImage: million, outputImage: 2 * million }),
      79n,
    ],
    [
      'audio',
      usageOf({ input: 3 * million, output: 3 * million }, { inputAudio: million, outputAudio: 2 * million }),
      132n,
    ],
  ])('%s', (_what, usage, micros) => {
    expect(nano(usage, price)).toBe(micros * 1000n);
  });
});

describe('an unknown cost is undefined, and not 0 or another price', () => {
  const barePrice: Price = { ...plain, rates: { input: 1, output: 1 } };

  it.each<readonly [what: string, usage: Usage, why: readonly string[]]>([
    ['the count of the input', usageOf({ input: undefined }), ['no count of input']],
    ['the count of the output', usageOf({ output: undefined }), ['no count of output']],
    ['the price of cached input', usageOf({ input: 2, cacheRead: 1 }), ['no price for cacheRead']],
    ['the price of a cache written', usageOf({ input: 2, cacheWrite: 1 }), ['no price for cacheWrite']],
    [
      'the price of a long cache',
      usageOf({ input: 2, cacheWrite: 1 }, { cacheWriteLong: 1 }),
      ['no price for cacheWriteLong'],
    ],
    [
      'the price of audio',
      usageOf({ input: 2, output: 2 }, { inputAudio: 1, outputAudio: 1 }),
      ['no price for inputAudio', 'no price for outputAudio'],
    ],
    [
      'the fee of a tool',
      usageOf({ input: 1 }, { serverTools: { web_search: 2 } }),
      ['no fee for web_search'],
    ],
    ['the fee of another unit', usageOf({}, { units: { 'audio-second': 2 } }), ['no fee for audio-second']],
    ['a name that every object has', usageOf({}, { units: { constructor: 2 } }), ['no fee for constructor']],
    [
      'a count that is none',
      usageOf({ input: 1.5, output: -1 }),
      ['input is 1.5, which is not a count', 'output is -1, which is not a count'],
    ],
  ])('%s', (_what, usage, why) => {
    expect(missing(usage, barePrice)).toEqual(why);
  });

  it.each([null, '5', {}, Number.NaN, -1, 2 ** 60])('for the count %j', (input) => {
    expect(missing({ ...usageOf({}), input: input as number }, barePrice)).toHaveLength(1);
  });

  it('for a tier whose name is not a string', () => {
    const details = { serviceTier: { type: 'fast' } as unknown as string };
    expect(missing(usageOf({ input: 1 }, details), barePrice)).toEqual(['no price for tier without a name']);
  });

  it('does not require rates for tokens that were not used', () => {
    const details = {
      cacheWriteLong: 0,
      inputAudio: 0,
      serverTools: { web_search: 0 },
      units: { character: 0 },
    };
    expect(nano(usageOf({ input: million, cacheRead: 0, cacheWrite: 0 }, details), barePrice)).toBe(1000n);
  });

  it('accepts rates of 0, with and without a count', () => {
    const freePrice: Price = { ...plain, rates: { input: 0, output: 0 } };
    expect(nano(usageOf({ input: undefined, output: 5 }), freePrice)).toBe(0n);
  });

  it('is unknown without a price and without usage', () => {
    expect(costOf(usageOf({}), undefined)).toEqual({
      nanoUsd: undefined,
      basis: 'unknown',
      missing: ['no price'],
    });
    expect(costOf(undefined, plain)).toEqual({ nanoUsd: undefined, basis: 'unknown', missing: ['no usage'] });
  });

  it('reports details that exceed their total, and sets the remainder to 0', () => {
    const note = { basis: 'catalogue', missing: ['portions>total'] };
    expect(costOf(usageOf({ input: 78, cacheRead: 158 }), plain)).toEqual({ ...note, nanoUsd: 47_400n });
    expect(costOf(usageOf({ input: 9, cacheWrite: 1 }, { cacheWriteLong: 2 }), plain)).toEqual({
      ...note,
      nanoUsd: 33_000n,
    });
    const rated: Price = { ...plain, rates: { input: 1, output: 1, reasoning: 1 } };
    expect(costOf(usageOf({ output: 1, reasoning: million }), rated)).toEqual({ ...note, nanoUsd: 1000n });
  });
});

describe('the cost that the vendor reported', () => {
  it('takes precedence over the catalog, and the difference is returned', () => {
    const usage = usageOf({ input: 1000 }, { reportedNanoUsd: '2900000' });
    expect(costOf(usage, plain)).toEqual({
      nanoUsd: 2_900_000n,
      basis: 'reported',
      missing: [],
      driftNanoUsd: 100_000n,
    });
    expect(costOf(usage, undefined)).toEqual({ nanoUsd: 2_900_000n, basis: 'reported', missing: [] });
  });

  it.each(['', '-1', '1.5', 'NaN'])('is ignored if it is not an amount: %j', (reportedNanoUsd) => {
    expect(nano(usageOf({ input: 1 }, { reportedNanoUsd }))).toBe(3000n);
  });

  it('is not a cost if a subscription covers the call', () => {
    const usage = usageOf({ input: 1 }, { reportedNanoUsd: '5' });
    expect(costOf(usage, plain, { billing: 'included' })).toEqual({
      nanoUsd: undefined,
      basis: 'included',
      missing: [],
    });
    expect(nano(usage, plain, { billing: 'metered' })).toBe(5n);
  });
});

describe('steps of the context', () => {
  const stepped: Price = {
    ...plain,
    rates: { input: 1, output: 1, cacheRead: 1 },
    above: [
      { inputTokens: 400_000, rates: { input: 5, output: 5 } },
      { inputTokens: 200_000, rates: { input: 2, output: 2 } },
    ],
  };

  it.each([
    [200_000, 200n],
    [200_001, 400n],
    [500_000, 2500n],
  ])('apply one rate to a complete input of %i', (input, nanoUsd) => {
    expect(nano(usageOf({ input }), stepped)).toBe(nanoUsd);
  });

  it('are unknown for the sum of several calls', () => {
    const summed = (largestInput: number | undefined): Usage =>
      usageOf({ input: 900_000 }, { largestInput, serverTools: { code_execution: 3 } });
    const price = { ...stepped, fees: { code_execution: 0 } };
    expect(nano(summed(150_000), price)).toBe(900n);
    expect(nano(summed(250_000), price)).toBe(1800n);
    expect(missing(summed(undefined), price)).toEqual([
      'no largestInput, which determines the context step of the price',
    ]);
  });

  it('have separate rates for all kinds of tokens', () => {
    expect(missing(usageOf({ input: 300_000, cacheRead: 1 }), stepped)).toEqual(['no price for cacheRead']);
  });
});

describe('service tiers', () => {
  const tiered: Price = {
    ...plain,
    rates: { input: 10, output: 20, cacheRead: 1 },
    above: [{ inputTokens: 2 * million, rates: { input: 100, output: 200 } }],
    tiers: {
      batch: { input: 5, output: 10 },
      priority: { input: 20, output: 40, cacheRead: 2 },
      'priority>2000000': { input: 300 },
    },
  };
  const usage = usageOf({ input: million, output: million });

  it.each([
    [undefined, 30n],
    ['default', 30n],
    ['STANDARD', 30n],
    ['on_demand', 30n],
    ['batch', 15n],
    ['Priority', 60n],
  ])('%s', (tier, micros) => {
    expect(nano(usage, tiered, { tier })).toBe(micros * 1000n);
    expect(nano({ ...usage, details: { serviceTier: tier } }, tiered)).toBe(micros * 1000n);
  });

  it('prefer the tier of the options over the reported tier', () => {
    expect(nano({ ...usage, details: { serviceTier: 'batch' } }, tiered, { tier: 'priority' })).toBe(60_000n);
  });

  it('use the plain rate for a rate that the tier lacks', () => {
    expect(nano(usageOf({ input: million, cacheRead: million }), tiered, { tier: 'batch' })).toBe(1000n);
  });

  it('have no price for an unknown tier, or for a tier without rates above a step', () => {
    expect(missing(usage, tiered, { tier: 'flex' })).toEqual(['no price for tier flex']);
    const large = usageOf({ input: 3 * million });
    expect(missing(large, tiered, { tier: 'batch' })).toEqual([
      'no price for tier batch above 2000000 tokens',
    ]);
    expect(nano(large, tiered, { tier: 'priority' })).toBe(900_000n);
  });
});

describe('fees', () => {
  const price: Price = {
    ...plain,
    fees: {
      request: 5000,
      web_search: 10_000,
      'image:1024x1024': 40_000,
      image: 20_000,
      'audio-second': 30.83,
    },
  };

  it.each<readonly [what: string, usage: Usage, micros: bigint]>([
    ['one request', usageOf({}), 5000n],
    ['tools at the vendor', usageOf({}, { serverTools: { web_search: 2 } }), 25_000n],
    ['images of a size', usageOf({}, { units: { 'image:1024x1024': 2 } }), 85_000n],
    ['images of a size without a fee', usageOf({}, { units: { 'image:64x64': 2 } }), 45_000n],
  ])('%s', (_what, usage, micros) => {
    expect(nano(usage, price)).toBe(micros * 1000n);
  });

  it('apply to fractions of a second, rounded to nano-USD', () => {
    expect(nano(usageOf({}, { units: { 'audio-second': 2.5 } }), price)).toBe(5_077_075n);
    expect(nano(usageOf({}, { units: { 'audio-second': 1 / 3 } }), price)).toBe(5_010_277n);
  });

  it.each([-0.5, Number.NaN, Infinity, 1e300])('make the cost unknown for %d seconds', (seconds) => {
    expect(missing(usageOf({}, { units: { 'audio-second': seconds } }), price)).toHaveLength(1);
  });

  it('may have fractions of a micro-USD', () => {
    expect(nano(usageOf({}, { units: { 'audio-second': 100 } }), price)).toBe(8_083_000n);
  });

  it('are not required if the vendor counted output tokens', () => {
    const units = { 'image:1024x1024': 1, 'video-second': 1 };
    expect(nano(usageOf({ output: million }, { units }), { ...plain, fees: undefined })).toBe(
      15_000_000_000n,
    );
    expect(nano(usageOf({ output: million }, { units }), price)).toBe(15_045_000_000n);
  });
});

describe('a speed and a region', () => {
  const usage = (details: UsageDetails): Usage =>
    usageOf({ input: 1000, cacheRead: 900, output: 100 }, details);
  const price: Price = {
    ...plain,
    tiers: { fast: { input: 18_000_000, output: 90_000_000 } },
    regions: { us: 1.1 },
  };

  it.each<readonly [UsageDetails, bigint]>([
    [{}, 2_070_000n],
    [{ serviceTier: 'standard', speed: 'standard', inferenceGeo: 'global' }, 2_070_000n],
    [{ inferenceGeo: 'us' }, 2_277_000n],
    [{ serviceTier: 'standard', speed: 'fast' }, 11_070_000n],
    [{ speed: 'fast', inferenceGeo: 'us' }, 12_177_000n],
  ])('%j determine the rates', (details, nanoUsd) => {
    expect(nano(usage(details), price)).toBe(nanoUsd);
  });

  it('without a price make the cost unknown', () => {
    expect(missing(usage({ speed: 'fast' }))).toEqual(['no price for tier fast']);
    expect(missing(usage({ serviceTier: 'priority', speed: 'fast' }), price)).toEqual([
      'no price for tier priority+fast',
    ]);
    expect(missing(usage({ inferenceGeo: 'eu' }), price)).toEqual(['no price for region eu']);
    expect(missing(usage({ inferenceGeo: 'constructor' }), price)).toHaveLength(1);
  });
});

describe('images', () => {
  const both: Price = {
    ...plain,
    rates: { ...plain.rates, outputImage: 30_000_000 },
    fees: { image: 39_000, 'image:1024x1024': 50_000 },
  };
  const imageTokens = { output: 1290 };

  it.each(['image', 'image:1024x1024', 'image:64x64'])(
    '%s costs its tokens if the usage has them',
    (unit) => {
      const details = { units: { [unit]: 1 }, outputImage: 1290 };
      expect(nano(usageOf(imageTokens, details), both)).toBe(38_700_000n);
    },
  );

  it('cost a fee if the usage has no image tokens', () => {
    expect(nano(usageOf({}, { units: { image: 2 } }), both)).toBe(78_000_000n);
    expect(nano(usageOf({}, { units: { image: 2 }, outputImage: 0 }), both)).toBe(78_000_000n);
  });

  it('cost a fee if the price has no rate for image tokens', () => {
    const price = { ...both, rates: { input: 0, output: 0 } };
    expect(nano(usageOf(imageTokens, { units: { image: 1 }, outputImage: 1290 }), price)).toBe(39_000_000n);
  });
});

it.each<readonly [what: string, price: Price]>([
  ['a fraction', { ...plain, rates: { input: 0.5, output: 1 } }],
  ['below zero', { ...plain, rates: { input: -1, output: 1 } }],
  ['not a number', { ...plain, rates: { input: Number.NaN, output: 1 } }],
])('rejects a rate that is %s, with its name', (_what, price) => {
  expect(() => costOf(usageOf({ input: 1 }), price)).toThrow(
    /^the rate of input is .+; use a non-negative integer/,
  );
});

it('rejects a fee that is negative or has too many decimals, with its name', () => {
  for (const request of [0.000_000_1, -1, Infinity])
    expect(() => costOf(usageOf({}), { ...plain, fees: { request } })).toThrow(
      /^the fee of request is .+; pass a non-negative number of micro-USD/,
    );
});

describe('a price by unit', () => {
  const price: Price = { ...plain, rates: { input: 0, output: 0 }, fees: { 'image:1024x1024': 40_000 } };

  it.each([
    ['no details', usageOf({})],
    ['no units', usageOf({ input: 10 }, { serviceTier: 'default' })],
    ['empty units', usageOf({ input: 10 }, { units: {} })],
  ])('is unknown for a usage with %s', (_name, usage) => {
    expect(costOf(usage, price)).toEqual({
      nanoUsd: undefined,
      basis: 'unknown',
      missing: ['no units, and the price is per image'],
    });
  });

  it('is exact for a usage with units, also with none of them', () => {
    expect(costOf(usageOf({}, { units: { 'image:1024x1024': 2 } }), price).nanoUsd).toBe(80_000_000n);
    expect(costOf(usageOf({}, { units: { 'image:1024x1024': 0 } }), price).nanoUsd).toBe(0n);
  });

  it.each([
    ['a fee of 0', { ...price, fees: { moderation: 0, image: 0 } }],
    ['a fee for a tool only', { ...price, fees: { web_search: 10_000 } }],
  ])('does not apply to %s', (_name, free) => {
    expect(costOf(usageOf({ input: 10 }), free).nanoUsd).toBe(0n);
  });
});
