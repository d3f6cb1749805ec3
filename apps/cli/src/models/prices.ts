import type { Price } from '@majordomo/catalog';
import type { Majordomo, ModelInfo } from '@majordomo/core';
import { currentCatalog } from '../catalog/current-catalog.ts';
import type { Io } from '../program/io.ts';

/** Price, also as text such as `$2.50 in, $15.00 out`. */
export interface Priced {
  readonly price: Price;
  readonly text: string;
}

/** Prices of models from the catalog. */
export interface Prices {
  /** Date of the catalog. */
  readonly date: string;
  /** Prices by model id. Models without a known price are absent. */
  readonly byModel: ReadonlyMap<string, Priced>;
}

/** Returns the current prices of the models of a backend. */
export async function pricesOf(
  provider: string,
  models: readonly ModelInfo[],
  majordomo: Majordomo,
  io: Io,
): Promise<Prices> {
  const { formatUsd, priceAt } = await import('@majordomo/catalog');
  const catalog = await currentCatalog(io);
  const [target] = await majordomo.resolve(`${provider}/*`);
  const vendor = target?.vendor ?? '';
  // Rates are in micro-USD per million tokens, and `formatUsd` expects nano-USD.
  const usd = (rate: number): string => formatUsd(BigInt(rate) * 1000n);
  const found = await Promise.all(
    models.map(async ({ id }) => {
      const entry = await catalog.find(vendor, id);
      const price = entry && priceAt(entry.model, new Date());
      if (price === undefined) return [];
      const text = `${usd(price.rates.input)} in, ${usd(price.rates.output)} out`;
      return [[id, { price, text }] as const];
    }),
  );
  return { date: catalog.date, byModel: new Map(found.flat()) };
}
