import type { Price, Rates } from '../contract.ts';

/**
 * Adds a rate that a vendor computes in the same way for all of its models. For Anthropic, a cache write with a lifetime of one
 * hour costs 2 times the input rate (docs.claude.com; confirmed for claude-opus-5-5, claude-sonnet-5-5 and claude-haiku-5-5).
 */
export function withConventions<T extends Pick<Price, 'rates' | 'above'>>(id: string, price: T): T {
  if (!/(?:^|[./])claude-/.test(id)) return price;
  const { rates, above } = price;
  return {
    ...price,
    rates: withLongWrites(rates),
    ...(above && { above: above.map((step) => ({ ...step, rates: withLongWrites(step.rates) })) }),
  };
}

const withLongWrites = (rates: Rates): Rates =>
  rates.cacheWrite === undefined || rates.cacheWriteLong !== undefined
    ? rates
    : { ...rates, cacheWriteLong: 2 * rates.input };
