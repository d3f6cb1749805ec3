import type { Usage } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { picosOf, roundToNano, type Picos } from './picos.ts';
import { portionsOf } from './portions.ts';
import { ratesFor } from './rates.ts';

/** Effect of the prompt cache on the cost of one attempt, in nano-USD. */
export interface CacheEffect {
  /** Amount saved by reads: tokens read from the cache, multiplied by the difference of input rate and read rate. */
  readonly savedNanoUsd: bigint;
  /**
   * Additional cost of writes: tokens written to the cache, multiplied by the difference of write rate and input rate. The
   * vendor charges this amount even if the entry is never read.
   */
  readonly extraNanoUsd: bigint;
}

/**
 * Returns the effect of the prompt cache; `undefined` if usage or price is unknown, or if cached tokens have no rate. Throws
 * `config` if a rate is not a non-negative integer.
 * @param options `tier`: the vendor's name of the service tier; default `usage.details.serviceTier`
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

/** Returns the cost of these tokens minus their cost at the plain input rate; `undefined` if either cost is unknown. */
function aboveInput(tokens: number | undefined, name: keyof Rates, rates: Rates): Picos | undefined {
  if (tokens === 0) return 0n;
  const rate = rates[name];
  if (tokens === undefined || !Number.isSafeInteger(tokens) || tokens < 0 || rate === undefined)
    return undefined;
  return picosOf(tokens, rate, name) - picosOf(tokens, rates.input, 'input');
}
