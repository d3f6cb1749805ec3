import type { Usage, UsageDetails } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { RATE_LETTERS } from './row.ts';

/** Names of all rates. */
export const RATES: readonly (keyof Rates)[] = Object.values(RATE_LETTERS);

/** Vendors' names of the default service tier. */
const PLAIN_TIERS: ReadonlySet<string> = new Set(['', 'default', 'standard', 'auto', 'on_demand']);

/** Returns the rates for the input size and tier of a request, or the reason why the price contains no such rates. */
export function ratesFor(
  price: Price,
  usage: Usage,
  tier: string | undefined,
): Rates | { readonly missing: string } {
  const rates = ratesOfTier(price, usage, tierName(tier, usage.details?.speed));
  const region = usage.details?.inferenceGeo ?? GLOBAL;
  if ('missing' in rates || region === GLOBAL) return rates;
  const { regions = {} } = price;
  const factor = Object.hasOwn(regions, region) ? regions[region] : undefined;
  return factor === undefined ? { missing: `no price for region ${region}` } : multiplied(rates, factor);
}

/** Region of a request that may run anywhere. */
const GLOBAL = 'global';

const multiplied = (rates: Rates, factor: number): Rates =>
  Object.fromEntries(
    RATES.flatMap((name) => (rates[name] === undefined ? [] : [[name, Math.round(rates[name] * factor)]])),
  ) as unknown as Rates;

function ratesOfTier(price: Price, usage: Usage, word: string): Rates | { readonly missing: string } {
  const step = stepOf(price, usage);
  if (step === 'unknown')
    return { missing: 'no largestInput, which determines the context step of the price' };
  const rates = step?.rates ?? price.rates;
  const key = step === undefined ? word : `${word}>${step.inputTokens}`;
  const own = price.tiers !== undefined && Object.hasOwn(price.tiers, key) ? price.tiers[key] : undefined;
  if (own !== undefined) return mergeRates(rates, own);
  if (PLAIN_TIERS.has(word)) return rates;
  return {
    missing: `no price for tier ${word}${step === undefined ? '' : ` above ${step.inputTokens} tokens`}`,
  };
}

/**
 * Returns the tier's name in lower case. A speed other than the standard speed, such as Claude's `fast`, is a tier. The values come
 * from the vendor and may have any type.
 */
function tierName(tier: unknown, speed: unknown): string {
  const [ofTier, ofSpeed] = [lowerCase(tier), lowerCase(speed)];
  if (PLAIN_TIERS.has(ofSpeed)) return ofTier;
  return PLAIN_TIERS.has(ofTier) ? ofSpeed : `${ofTier}+${ofSpeed}`;
}

function lowerCase(word: unknown): string {
  if (typeof word === 'string') return word.toLowerCase();
  return word === undefined ? '' : 'without a name';
}

/**
 * Returns the highest context step that the input exceeded. Returns `unknown` if the vendor ran tools and did not report
 * `largestInput`, because the usage is then the sum of several model calls.
 */
function stepOf({ above = [] }: Price, { input = 0, details }: Usage): Step | 'unknown' | undefined {
  const size = details?.largestInput ?? input;
  const reached = above.filter(({ inputTokens }) => size > inputTokens);
  if (reached.length === 0) return undefined;
  if (details?.largestInput === undefined && hasRunTools(details)) return 'unknown';
  return reached.reduce((highest, step) => (step.inputTokens > highest.inputTokens ? step : highest));
}

const hasRunTools = (details: UsageDetails | undefined): boolean =>
  Object.values(details?.serverTools ?? {}).some((uses) => uses > 0);

type Step = NonNullable<Price['above']>[number];

/** Returns a copy of `rates` in which the rates that are set in `own` replace those with the same name. */
export function mergeRates(rates: Rates, own: Partial<Rates>): Rates {
  const known = Object.entries(own).filter(([, rate]) => rate !== undefined);
  return { ...rates, ...Object.fromEntries(known) };
}
