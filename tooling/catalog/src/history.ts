import { isDeepStrictEqual } from 'node:util';
import type { CatalogModel, Price } from '@majordomo/catalog';

/**
 * Returns the models of this refresh merged with all earlier models, because bills refer to models that no longer exist. A
 * changed price begins a new period today. For a model that no source lists any longer, sets `lastSeen`.
 */
export function withHistory(
  now: readonly CatalogModel[],
  before: readonly CatalogModel[],
  dates: { readonly today: string; readonly before: string },
): readonly CatalogModel[] {
  const known = new Map(before.map((model) => [model.id, model]));
  const listed = new Set(now.map(({ id }) => id));
  const gone = before
    .filter(({ id }) => !listed.has(id))
    .map((model) => ({ ...model, lastSeen: model.lastSeen ?? dates.before }));
  return [...now.map((model) => continued(model, known.get(model.id), dates.today)), ...gone].sort(byId);
}

/** Compares ids by code units, independently of the locale. */
const byId = (a: CatalogModel, b: CatalogModel): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function continued(model: CatalogModel, before: CatalogModel | undefined, today: string): CatalogModel {
  if (before === undefined || before.prices.length === 0) return model;
  const last = currentOf(before.prices, today);
  const current = currentOf(model.prices, today);
  const past = before.prices.filter(({ from }) => from <= today);
  const later = model.prices.filter(({ from }) => from > today);
  // No source states a price for today, so the last known period continues.
  if (current === undefined) return { ...model, prices: [...past, ...later] };
  if (last === undefined) return model;
  if (isDeepStrictEqual(amountsOf(last), amountsOf(withKnownFees(current, last)))) {
    // The amounts are the same, but the sources that confirm them may differ.
    const kept = past.map((price) => (price === last ? { ...current, from: last.from } : price));
    return { ...model, prices: [...kept, ...later] };
  }
  // A first day of the source is used only if it is later than that of the last period.
  const from = current.from > last.from ? current.from : today;
  return {
    ...model,
    prices: [...past.filter((price) => price.from !== from), { ...current, from }, ...later],
  };
}

/** Returns the price that applies today. */
export const currentOf = (prices: readonly Price[], today: string): Price | undefined =>
  prices.filter(({ from }) => from <= today).at(-1);

/** Returns a price without the fees that the earlier price lacks, because a newly known fee does not begin a new period. */
function withKnownFees(price: Price, before: Price): Price {
  const { fees, ...rest } = price;
  const known = Object.entries(fees ?? {}).filter(([unit]) => before.fees?.[unit] !== undefined);
  return known.length === 0 && before.fees === undefined
    ? rest
    : { ...rest, fees: Object.fromEntries(known) };
}

/** Returns the amounts of a price as JSON, without members that are undefined. */
const amountsOf = ({ rates, above, tiers, fees }: Price): unknown =>
  JSON.parse(JSON.stringify({ rates, above, tiers, fees }));
