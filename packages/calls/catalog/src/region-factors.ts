import type { Price } from './contract.ts';

/**
 * Factors of all rates by region, for vendors with the same factors for all their models. Claude reports a region only for models whose
 * price depends on it. Source: platform.claude.com/docs/en/manage-claude/data-residency, read on 2026-11-30.
 */
const FACTORS: Readonly<Record<string, NonNullable<Price['regions']>>> = { anthropic: { us: 1.1 } };

/** Adds the factors of the vendor's regions, unless the price contains factors. */
export function withRegionFactors(vendor: string, price: Price): Price {
  const regions = Object.hasOwn(FACTORS, vendor) ? FACTORS[vendor] : undefined;
  return regions === undefined || price.regions !== undefined ? price : { ...price, regions };
}
