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
  const word = tierName(tier);
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

/** Returns the tier's name in lower case. The value comes from the vendor and may have any type. */
function tierName(tier: unknown): string {
  if (typeof tier === 'string') return tier.toLowerCase();
  return tier === undefined ? '' : 'without a name';
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
