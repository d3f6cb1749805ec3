import type { Price, Rates } from './contract.ts';

/** Name in `Price.sources` for batch prices that result from a vendor's discount. */
const SOURCE = 'vendor rule';

/**
 * Rates that are halved for batches, for vendors with the same discount for all their models. Anthropic, Google, Groq and Mistral
 * reduce every rate. OpenAI reduces input and output. Source: the vendors' batch guides, read on 2026-11-22.
 */
const HALVED: Readonly<Record<string, readonly (keyof Rates)[] | 'all'>> = {
  anthropic: 'all',
  google: 'all',
  groq: 'all',
  mistral: 'all',
  openai: ['input', 'output'],
};

/** Adds the batch tier if the vendor has one discount for all models. A batch tier of a data source is not replaced. */
export function withBatchTier(vendor: string, price: Price): Price {
  const halved = Object.hasOwn(HALVED, vendor) ? HALVED[vendor] : undefined;
  return halved === undefined ? price : addTier(price, halved);
}

function addTier(price: Price, halved: readonly (keyof Rates)[] | 'all'): Price {
  const { rates, above = [], tiers = {}, sources } = price;
  const all = [
    ['batch', rates] as const,
    ...above.map((step) => [`batch>${step.inputTokens}`, step.rates] as const),
  ];
  const missing = all.filter(([name]) => !Object.hasOwn(tiers, name));
  if (missing.length === 0) return price;
  const added = Object.fromEntries(missing.map(([name, of]) => [name, halfOf(of, halved)]));
  return { ...price, tiers: { ...tiers, ...added }, sources: [...sources, SOURCE] };
}

/** Returns the rates named by `halved`, halved and rounded up to an integer. */
const halfOf = (rates: Rates, halved: readonly (keyof Rates)[] | 'all'): Partial<Rates> =>
  Object.fromEntries(
    (Object.entries(rates) as [keyof Rates, number | undefined][]).flatMap(([name, rate]) => {
      const isHalved = halved === 'all' || halved.includes(name);
      return isHalved && rate !== undefined ? [[name, Math.ceil(rate / 2)]] : [];
    }),
  );
