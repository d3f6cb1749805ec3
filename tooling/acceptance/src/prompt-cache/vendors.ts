import { catalog, type Catalog } from '@majordomo/catalog';
import type { PromptCacheRates } from '@majordomo/conformance';

export const HEAD = 'anthropic/claude-opus-5-5';
export const TAIL = 'openai/gpt-6-sol';
export const SYSTEM: string = 'You are a careful engineer. '.repeat(300);

/** Prices of both vendors. They are equal, so that cost differences come from caching only. */
export const RATES: PromptCacheRates = {
  input: 4_000_000,
  output: 20_000_000,
  cacheRead: 200_000,
  cacheWrite: 5_000_000,
  cacheWriteLong: 8_000_000,
};

export const PRICED: Catalog = catalog.with(
  [HEAD, TAIL].map((target) => {
    const [vendor = '', id = ''] = target.split('/');
    return {
      vendor,
      id,
      input: ['text'],
      output: ['text'],
      prices: [{ from: '2020-01-01', rates: RATES, sources: ['contract'], trust: 'override' }],
    };
  }),
);
