import { withBatchTier } from './batch-tier.ts';
import type { CatalogModel, Price } from './contract.ts';
import { withRegionFactors } from './region-factors.ts';

/**
 * Returns the price that applies at a time; `undefined` if the time is before the first price period. If the vendor has the same
 * batch discount for all its models, the price includes the tier `batch`. If the price depends on the vendor's region, it includes the factors of
 * the regions.
 */
export function priceAt(model: CatalogModel, at: Date): Price | undefined {
  const price = listedPriceAt(model, at);
  return price && withRegionFactors(model.vendor, withBatchTier(model.vendor, price));
}

/** Returns the price that the catalog's data lists for a time, without added tiers. */
export function listedPriceAt(model: CatalogModel, at: Date): Price | undefined {
  let found: Price | undefined;
  for (const price of model.prices) {
    const hasBegun = Date.parse(price.from) <= at.getTime();
    const isLatest = found === undefined || found.from <= price.from;
    if (hasBegun && isLatest) found = price;
  }
  return found;
}
