import type { Usage } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { picosOf, roundToNano, type Picos } from './picos.ts';
import { portionsOf } from './portions.ts';
import { ratesFor } from './rates.ts';

/** Effect of the prompt cache on the cost of one attempt, in nano-USD. */
export interface CacheEffect {
  /** Tokens read from the cache, at the difference between the plain input rate and the read rate. */
  readonly savedNanoUsd: bigint;
  /**
   * Tokens written to the cache, at the difference between the write rates and the plain input rate. The vendor charges it
   * whether or not the entry is read later.
   */
  readonly extraNanoUsd: bigint;
}

/**
 * Returns the effect of the prompt cache; `undefined` if usage or price is unknown, or if cached tokens have no rate.
 * Throws `config` for a price with amounts that are not integers.
 *
 * @param options `tier`: the vendor's name of the tier; default `usage.details.serviceTier`
 */
export function cacheEffect(
  usage: Usage | undefined,
  price: Price | undefined,
  options: { readonly tier?: string | undefined } = {},
): CacheEffect | undefined {
  if (usage?.input === undefined || price === undefined) return undefined;
  const rates = ratesFor(price, usage, options.tier ?? usage.details?.serviceTier);
  if ('missing' in rates) return undefined;
  const { cacheRead, cacheWrite, cacheWriteLong } = portionsOf(usage, rates);
  const read = aboveInput(cacheRead, 'cacheRead', rates);
  const short = aboveInput(cacheWrite, 'cacheWrite', rates);
  const long = aboveInput(cacheWriteLong, 'cacheWriteLong', rates);
  if (read === undefined || short === undefined || long === undefined) return undefined;
  return { savedNanoUsd: roundToNano(-read), extraNanoUsd: roundToNano(short + long) };
}

/** Returns the cost of these tokens minus their cost at the plain input rate; `undefined` if it is unknown. */
function aboveInput(tokens: number | undefined, name: keyof Rates, rates: Rates): Picos | undefined {
  if (tokens === 0) return 0n;
  const rate = rates[name];
  if (tokens === undefined || !Number.isSafeInteger(tokens) || tokens < 0 || rate === undefined)
    return undefined;
  return picosOf(tokens, rate, name) - picosOf(tokens, rates.input, 'input');
}
