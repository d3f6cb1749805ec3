import type { Usage } from '@majordomo/core';
import * as fc from 'fast-check';
import type { Price, Rates } from '../src/index.ts';

const rate = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 1000 }),
  fc.integer({ min: 1, max: 600_000_000 }),
);
const tokens = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 500 }),
  fc.integer({ min: 0, max: 3_000_000 }),
);
const fee = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 50_000 }),
  fc.integer({ min: 0, max: 10 ** 8 }).map((n) => n / 1e4),
);

const RATE_NAMES = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWriteLong',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'inputImage',
  'outputImage',
] as const satisfies readonly (keyof Rates)[];

const everyRate = Object.fromEntries(RATE_NAMES.map((name) => [name, rate])) as Record<
  keyof Rates,
  typeof rate
>;
const rates: fc.Arbitrary<Rates> = fc.record(everyRate, { requiredKeys: ['input', 'output'] });
const tier: fc.Arbitrary<Partial<Rates>> = fc.record(everyRate, { requiredKeys: [] });

const STEP = 200_000;

/** A price with anything that a price can have. */
export const anyPrice: fc.Arbitrary<Price> = fc.record(
  {
    from: fc.constant('2026-01-01'),
    rates,
    above: rates.map((own) => [{ inputTokens: STEP, rates: own }]),
    tiers: fc.record({ batch: tier, [`batch>${STEP}`]: tier }, { requiredKeys: [] }),
    fees: fc.record({ request: fee, web_search: fee, character: fee }, { requiredKeys: [] }),
    sources: fc.constant(['test']),
    trust: fc.constantFrom('agreed' as const, 'override' as const),
  },
  { requiredKeys: ['from', 'rates', 'sources', 'trust'] },
);

/** A usage whose portions fit into its totals. */
export const anyUsage: fc.Arbitrary<Usage> = fc
  .record({
    plainInput: tokens,
    cacheRead: fc.option(tokens, { nil: undefined }),
    cacheWriteShort: tokens,
    cacheWriteLong: fc.option(tokens, { nil: undefined }),
    inputAudio: fc.option(tokens, { nil: undefined }),
    inputImage: fc.option(tokens, { nil: undefined }),
    plainOutput: tokens,
    reasoning: fc.option(tokens, { nil: undefined }),
    outputAudio: fc.option(tokens, { nil: undefined }),
    outputImage: fc.option(tokens, { nil: undefined }),
    largestInput: fc.option(tokens, { nil: undefined }),
    searches: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    characters: fc.option(fc.integer({ min: 0, max: 9999 }), { nil: undefined }),
  })
  .map((drawn) => {
    const of = (count: number | undefined): number => count ?? 0;
    const cacheWrite = drawn.cacheWriteShort + of(drawn.cacheWriteLong);
    const { cacheRead, reasoning, cacheWriteLong, inputAudio, inputImage, outputAudio, outputImage } = drawn;
    const input = drawn.plainInput + of(cacheRead) + cacheWrite + of(inputAudio) + of(inputImage);
    const largestInput = drawn.largestInput === undefined ? undefined : Math.min(input, drawn.largestInput);
    return {
      input,
      output: drawn.plainOutput + of(reasoning) + of(outputAudio) + of(outputImage),
      cacheRead,
      cacheWrite,
      reasoning,
      details: {
        cacheWriteLong,
        inputAudio,
        inputImage,
        outputAudio,
        outputImage,
        largestInput,
        ...(drawn.searches !== undefined && { serverTools: { web_search: drawn.searches } }),
        ...(drawn.characters !== undefined && { units: { character: drawn.characters } }),
      },
    };
  });
