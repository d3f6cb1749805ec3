import type { CatalogModel, Price } from './contract.ts';

/** Returns the price that applies at a time; `undefined` if the time is before the first price period. */
export function priceAt(model: CatalogModel, at: Date): Price | undefined {
  let found: Price | undefined;
  for (const price of model.prices) {
    if (Date.parse(price.from) <= at.getTime() && (found === undefined || found.from <= price.from))
      found = price;
  }
  return found;
}
