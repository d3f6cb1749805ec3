import type { Catalog, CatalogModel, Price, Rates } from '../contract.ts';
import { listedPriceAt } from '../price-at.ts';
import type { CatalogChange } from './contract.ts';

/** Returns the difference between two versions of a model: its price on `date`, and its retirement. */
export function changesOf(
  before: CatalogModel | undefined,
  after: CatalogModel,
  date: string,
): readonly CatalogChange[] {
  const { vendor, id } = after;
  if (before === undefined) return [{ type: 'added', vendor, id, rates: [] }];
  const changes: CatalogChange[] = [];
  const was = listedPriceAt(before, new Date(date));
  const is = listedPriceAt(after, new Date(date));
  const rates = is === undefined ? [] : amountsThatDiffer(was, is).map(format);
  if (was === undefined && is !== undefined) changes.push({ type: 'priced', vendor, id, rates });
  else if (rates.length > 0) changes.push({ type: 'changed', vendor, id, rates });
  if (after.retires !== undefined && after.retires !== before.retires)
    changes.push({ type: 'retiring', vendor, id, rates: [] });
  return changes;
}

/** Amount in two versions of a price; `undefined` if a version does not contain the amount. */
export interface Difference {
  readonly name: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Returns the amounts that differ between two prices, such as `input`, `output above 200000`, `batch input`, `region us` or `fee web_search`. */
export function amountsThatDiffer(before: Price | undefined, after: Price): readonly Difference[] {
  const was = amountsIn(before);
  const is = amountsIn(after);
  return [...new Set([...is.keys(), ...was.keys()])]
    .map((name) => ({ name, before: was.get(name), after: is.get(name) }))
    .filter((one) => one.before !== one.after);
}

const format = ({ name, before, after }: Difference): string =>
  `${name}: ${before ?? 'none'} → ${after ?? 'none'}`;

function amountsIn(price: Price | undefined): ReadonlyMap<string, number> {
  if (price === undefined) return new Map();
  const { rates, above = [], tiers = {}, regions = {}, fees = {} } = price;
  return new Map([
    ...ratesIn(rates, (name) => name),
    ...above.flatMap((step) => ratesIn(step.rates, (name) => `${name} above ${step.inputTokens}`)),
    ...Object.entries(tiers).flatMap(([tier, own]) => ratesIn(own, (name) => `${tier} ${name}`)),
    ...Object.entries(regions).map(([region, factor]) => [`region ${region}`, factor] as const),
    ...Object.entries(fees).map(([unit, fee]) => [`fee ${unit}`, fee] as const),
  ]);
}

const ratesIn = (rates: Partial<Rates>, nameOf: (rate: string) => string): (readonly [string, number])[] =>
  Object.entries(rates).flatMap(([name, rate]) =>
    rate === undefined ? [] : [[nameOf(name), rate] as const],
  );

/**
 * Returns the differences between two catalogs by vendor and id: new models, prices and retirement dates.
 *
 * @param vendors vendors to compare; default: all of `after`
 */
export async function diffCatalogs(
  before: Catalog,
  after: Catalog,
  vendors: readonly string[] = after.vendors,
): Promise<readonly CatalogChange[]> {
  const changes = await Promise.all(
    [...vendors].sort().map(async (vendor) => {
      const known = new Map((await before.models(vendor)).map((model) => [model.id, model]));
      const models = [...(await after.models(vendor))].sort((a, b) => (a.id < b.id ? -1 : 1));
      return models.flatMap((model) => changesOf(known.get(model.id), model, after.date));
    }),
  );
  return changes.flat();
}
