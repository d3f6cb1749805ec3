import { LlmError } from '@majordomo/core';
import type { Catalog, CatalogModel, Price } from '../contract.ts';
import { listedPriceAt } from '../price-at.ts';
import { amountsThatDiffer, changesOf } from './changes.ts';
import type { CatalogChange, ModelCounts } from './contract.ts';
import type { SourceData } from './detect.ts';
import { catalogOfModels } from './document.ts';

/** Limits of a merge. */
export interface OverlayRules {
  /** Maximum factor by which a rate may rise or fall, otherwise the change is refused. */
  readonly maxChange: number;
  /** Models, as `vendor/id`, whose changes are applied despite the limit. */
  readonly accept: readonly string[];
  /** Whether only changes of the models in `accept` are applied, because the data is not newer than the catalog. */
  readonly acceptedOnly?: boolean;
}

/** Result of a merge. */
export interface Overlay {
  readonly catalog: Catalog;
  readonly changes: readonly CatalogChange[];
}

/** Merges the data of a source into a catalog. Without rules, applies every change. */
export async function overlay(base: Catalog, data: SourceData, rules?: OverlayRules): Promise<Overlay> {
  const changes: CatalogChange[] = [];
  const merged: CatalogModel[] = [];
  const listed = catalogOfModels(data.models, data);
  for (const vendor of listed.vendors) {
    const models = new Map((await base.models(vendor)).map((model) => [model.id, model]));
    for (const next of await listed.models(vendor)) {
      if (rules?.acceptedOnly === true && !rules.accept.includes(`${vendor}/${next.id}`)) continue;
      const before = models.get(next.id);
      const after = mergeModel(before ?? { ...next, prices: [] }, next, data);
      const refused = before && rules && refusalOf(before, after, data.date, rules);
      const found = changesOf(before, after, data.date);
      if (refused !== undefined) {
        const rates = found.find(({ type }) => type === 'changed')?.rates ?? [];
        changes.push({ type: 'changed', vendor, id: next.id, rates, refused });
      }
      changes.push(...found.filter(({ type }) => refused === undefined || type !== 'changed'));
      models.set(next.id, before && refused ? { ...after, prices: before.prices } : after);
    }
    merged.push(...models.values());
  }
  const names = new Set(data.sources.map(({ name }) => name));
  const sources = [...base.sources.filter(({ name }) => !names.has(name)), ...data.sources];
  return { catalog: catalogOfModels(merged, { date: data.date, sources }, base), changes };
}

/** Returns the price periods in order. Periods of a later list replace those that begin on the same day. */
function join(...lists: readonly (readonly Price[])[]): readonly Price[] {
  const byDay = new Map(lists.flat().map((price) => [price.from, price]));
  return [...byDay.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Merges a listed model into a known model. From incomplete data, only retirement, successor and prices are used. */
function mergeModel(model: CatalogModel, next: CatalogModel, data: SourceData): CatalogModel {
  const { prices: _prices, aliasOf, ...facts } = next;
  // A source that lists an alias with a price describes a separate model.
  const { aliasOf: _alias, ...known } = model;
  const isAlias = model.aliasOf !== undefined && next.prices.length === 0;
  const shown = data.isComplete ? facts : { retires: facts.retires, successor: facts.successor };
  return {
    ...known,
    ...(isAlias && { aliasOf: aliasOf ?? model.aliasOf }),
    ...(Object.fromEntries(
      Object.entries(shown).filter(([, value]) => value !== undefined),
    ) as Partial<CatalogModel>),
    prices: mergePrices(model, next, data),
  };
}

/**
 * Returns the price periods after a merge. A source states its current price, which confirms the known one or begins a period on
 * the date of the data. Stored data (`knownUntil` is before `date`) has all its periods itself, so only those after `knownUntil`
 * are added.
 */
function mergePrices(model: CatalogModel, next: CatalogModel, data: SourceData): readonly Price[] {
  if (model.prices.length === 0) return statedPrices(next.prices, data);
  const { date, isComplete, knownUntil = date } = data;
  const later = next.prices.filter(({ from }) => from > knownUntil);
  const day = new Date(date);
  const was = listedPriceAt(model, day);
  const is = listedPriceAt(next, day);
  if (is === undefined || knownUntil < date) return join(model.prices, later);
  if (was === undefined) return join(model.prices, statedPrices([is], data), later);
  const { input, output } = is.rates;
  const isEqual = isComplete
    ? amountsThatDiffer(was, is).length === 0
    : was.rates.input === input && was.rates.output === output;
  const price = isEqual
    ? { ...was, ...confirmed(was, is, isComplete) }
    : { ...withKnown(is, was), from: date };
  return join(model.prices, [price], later);
}

/** Returns the prices. Omits prices of 0 in incomplete data, because other projects write 0 for an unknown price. */
const statedPrices = (prices: readonly Price[], { isComplete }: SourceData): readonly Price[] =>
  isComplete
    ? prices
    : prices.filter(({ rates, fees }) => rates.input + rates.output > 0 || fees !== undefined);

/** Returns sources and reliability of a known price that the new data confirms. */
function confirmed(was: Price, is: Price, isComplete: boolean): Pick<Price, 'sources' | 'trust'> {
  if (isComplete) return is;
  const sources = [...new Set([...was.sources, ...is.sources])];
  return { sources, trust: was.trust === 'single' && sources.length > 1 ? 'agreed' : was.trust };
}

/** Adds the fees and the factors of regions of the previous price that the new price does not state. */
const withKnown = (price: Price, { regions, fees }: Price): Price => ({
  ...price,
  ...(regions && { regions: { ...regions, ...price.regions } }),
  ...(fees && { fees: { ...fees, ...price.fees } }),
});

/** Returns the reason why a price is refused; `undefined` if the price is applied. */
function refusalOf(
  before: CatalogModel,
  after: CatalogModel,
  date: string,
  { maxChange, accept }: OverlayRules,
): string | undefined {
  if (accept.includes(`${after.vendor}/${after.id}`)) return undefined;
  let last = listedPriceAt(before, new Date(date));
  if (last === undefined) return undefined;
  for (const price of after.prices) {
    if (price.from < date) continue;
    for (const { name, before: was, after: is } of amountsThatDiffer(last, price)) {
      if (was === undefined || is === undefined || was === 0) continue;
      if (is === 0) return `${name} is 0, and was above 0`;
      const factor = Math.max(is / was, was / is);
      if (factor > maxChange)
        return `${name} ${is > was ? '×' : '÷'}${Number(factor.toPrecision(3))} is above maxChange ${maxChange}`;
    }
    last = price;
  }
  return undefined;
}

export function countModels({ models }: Pick<SourceData, 'models'>): ModelCounts {
  const counts: Record<string, number> = {};
  for (const { vendor } of models) counts[vendor] = (counts[vendor] ?? 0) + 1;
  return counts;
}

/** Throws `protocol` if the data contains less than half of the models that the source listed before for a vendor. */
export function checkCounts(counts: ModelCounts, before: ModelCounts): void {
  for (const [vendor, count] of Object.entries(before)) {
    const left = counts[vendor] ?? 0;
    if (left < count / 2)
      throw new LlmError(
        'protocol',
        `the data contains ${left} models of ${vendor}, after ${count} in the previous data; it appears to be incomplete`,
      );
  }
}
