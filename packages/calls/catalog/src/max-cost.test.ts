import { expect, it } from 'vitest';
import type { Price } from './contract.ts';
import { maxCost } from './max-cost.ts';

const price: Price = {
  from: '2026-01-01',
  rates: { input: 3, output: 15, cacheRead: 1 },
  sources: ['a'],
  trust: 'single',
};
const million = 1_000_000;
const tokens = { input: million, output: million };

it.each<readonly [what: string, price: Price, micros: bigint]>([
  ['plain', price, 18n],
  ['a cache that is written', { ...price, rates: { ...price.rates, cacheWrite: 4, cacheWriteLong: 6 } }, 21n],
  ['reasoning', { ...price, rates: { ...price.rates, reasoning: 20 } }, 23n],
  [
    'audio and images',
    { ...price, rates: { ...price.rates, inputAudio: 10, outputAudio: 30, inputImage: 7, outputImage: 31 } },
    41n,
  ],
  [
    'a tier that is dearer',
    { ...price, tiers: { batch: { input: 1, output: 7 }, priority: { input: 6, output: 30 } } },
    36n,
  ],
  [
    'a step that is reached',
    { ...price, above: [{ inputTokens: million - 1, rates: { input: 6, output: 22 } }] },
    28n,
  ],
  [
    'a step that is not',
    { ...price, above: [{ inputTokens: million, rates: { input: 6, output: 22 } }] },
    18n,
  ],
  [
    'a tier above a step',
    {
      ...price,
      above: [
        { inputTokens: 100, rates: { input: 6, output: 22 } },
        { inputTokens: million, rates: { input: 60, output: 220 } },
      ],
      tiers: { 'priority>100': { output: 44 }, 'priority>1000000': { output: 400 } },
    },
    50n,
  ],
  [
    'the most expensive region',
    { ...price, rates: { input: 10, output: 50 }, regions: { us: 1.1, eu: 0.9 } },
    66n,
  ],
  ['a region that is cheaper than the others', { ...price, regions: { eu: 0.5 } }, 18n],
  ['the fee of a request', { ...price, fees: { request: 5000, web_search: 9999 } }, 5018n],
])('uses the highest rate that may apply: %s', (_what, of, micros) => {
  expect(maxCost(tokens, of)).toBe(micros * 1000n);
});

it('uses the rates of a tier, and the standard rates if the tier has none', () => {
  const tiered = {
    ...price,
    above: [{ inputTokens: 100, rates: { input: 6, output: 22 } }],
    tiers: { batch: { input: 1, output: 7 }, 'batch>100': { input: 3, output: 11 }, priority: { input: 60 } },
  };
  const few = { input: 100, output: million };
  expect(maxCost(few, tiered, { tier: 'batch' })).toBe(7_001n);
  expect(maxCost(tokens, tiered, { tier: 'batch' })).toBe(14_000n);
  expect(maxCost(tokens, price, { tier: 'batch' })).toBe(18_000n);
});

it('is never rounded down', () => {
  expect(maxCost({ input: 1, output: 0 }, price)).toBe(1n);
  expect(maxCost({ input: 0, output: 0 }, price)).toBe(0n);
});

it.each([Number.NaN, -1, 1.5, Infinity])('rejects %d tokens', (input) => {
  expect(() => maxCost({ input, output: 1 }, price)).toThrow(
    /^maxCost: input is .+; use a non-negative integer token count/,
  );
});
