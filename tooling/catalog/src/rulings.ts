import type { CatalogModel, Price, Rates } from '@majordomo/catalog';
import type {
  Facts,
  Listing,
  Listings,
  SourceName,
} from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { SINCE_EVER } from '../../../packages/calls/catalog/src/row.ts';

/** Decision of a reviewer about one model. If `id` ends with `*`, the fees and facts apply to all ids with this prefix. */
export interface Ruling {
  readonly vendor: string;
  readonly id: string;
  /**
   * Source with the correct price. The prices of other sources are ignored. `newest` resolves a contradiction between the newest
   * source and a source that is more than 60 days older. With the id `*`, `newest` applies to all models of the vendor.
   */
  readonly believe?: SourceName | 'newest';
  /** Fees that no source states, in micro-USD. */
  readonly fees?: Price['fees'];
  /** Facts that replace those of the sources. */
  readonly facts?: Partial<Facts>;
  /** Values that replace those of the current price. `null` removes all prices, because the sources list no real price. */
  readonly price?: PriceChange | null;
  /** First day of the price, for a model that no source lists any longer. */
  readonly from?: string;
  /** Earlier price periods, with the rates that differ from the current price. The current price begins after the last period. */
  readonly earlier?: readonly {
    readonly from: string;
    readonly until: string;
    readonly rates: Partial<Rates>;
  }[];
  /** Source and date of the ruling. */
  readonly source: string;
}

/** Values of a price. `null` removes a tier, or all context steps. */
interface PriceChange {
  readonly rates?: Partial<Rates>;
  readonly above?: Price['above'] | null;
  readonly tiers?: Readonly<Record<string, Partial<Rates> | null>>;
  readonly fees?: Price['fees'];
}

/** Returns the listings without the prices that rulings reject. */
export function believing(vendor: string, listings: Listings, rulings: readonly Ruling[]): Listings {
  const of = (source: SourceName, listing: Listing): Listing => {
    const againstSource = rulings.filter(
      // A ruling without `believe` rejects no source.
      ({ believe = source, ...one }) => one.vendor === vendor && believe !== source && believe !== 'newest',
    );
    const ids = new Set(againstSource.map(({ id }) => id));
    return listing.map((one) => (ids.has(one.id) ? { ...one, offers: [] } : one));
  };
  return {
    modelsDev: of('models.dev', listings.modelsDev),
    genai: of('genai-prices', listings.genai),
    litellm: of('litellm', listings.litellm),
    piAi: of('pi-ai', listings.piAi),
  };
}

/** Returns the models with all rulings applied. A ruling with a complete price creates a model that no source lists. */
export function ruled(
  vendor: string,
  models: readonly CatalogModel[],
  rulings: readonly Ruling[],
  today: string,
): readonly CatalogModel[] {
  const own = rulings.filter((ruling) => ruling.vendor === vendor);
  return own.reduce<readonly CatalogModel[]>((all, ruling) => {
    const prefix = ruling.id.endsWith('*') ? ruling.id.slice(0, -1) : undefined;
    if (prefix !== undefined)
      return all.map((model) => (model.id.startsWith(prefix) ? withFees(model, ruling) : model));
    if (ruling.fees !== undefined)
      return all.map((model) => (model.id === ruling.id ? withFees(model, ruling) : model));
    // A ruling with facts, such as a retirement date, but without a price does not create a model.
    const isKnown = all.some(({ id }) => id === ruling.id);
    const isFactsOnly = ruling.facts !== undefined && ruling.price === undefined;
    if (!isKnown) return isFactsOnly ? all : [...all, modelOf(ruling)];
    return all.map((model) => (model.id === ruling.id ? applyRuling(model, ruling, today) : model));
  }, models);
}

/** Adds fees and facts to a model. Fees are added only to models with text output. */
function withFees(model: CatalogModel, { price, fees, facts }: Ruling): CatalogModel {
  const replaced = price?.fees;
  if ((fees === undefined && replaced === undefined) || !model.output.includes('text'))
    return { ...model, ...facts };
  return {
    ...model,
    ...facts,
    prices: model.prices.map((one) => ({ ...one, fees: { ...fees, ...one.fees, ...replaced } })),
  };
}

/** Creates a model with the price of a ruling. Throws an error if the price is not complete. */
function modelOf({ vendor, id, price: completePrice, from = SINCE_EVER, source }: Ruling): CatalogModel {
  const { rates = {}, above, fees } = completePrice ?? {};
  const { input, output } = rates;
  if (input === undefined || output === undefined)
    throw new Error(
      `the ruling on ${vendor}/${id} changes a model that no source lists; add a complete price`,
    );
  const price: Price = {
    from,
    rates: { ...rates, input, output },
    ...(above && { above }),
    ...(fees && { fees }),
    sources: [source],
    trust: 'override',
  };
  return { vendor, id, input: ['text'], output: ['text'], prices: [price] };
}

/** Applies a ruling to a model that the sources list. */
function applyRuling(model: CatalogModel, ruling: Ruling, today: string): CatalogModel {
  // A ruling that believes a named source confirms the current price, so the change `{}` only marks the price as an override.
  const { believe = 'newest', price: change = believe === 'newest' ? undefined : {}, source, facts } = ruling;
  if (change === null) return { ...model, ...facts, prices: [] };
  if (change === undefined) return { ...model, ...facts, prices: datedPrices(model.prices, ruling) };
  const current = model.prices.filter(({ from }) => from <= today).at(-1);
  if (current === undefined) {
    const created = modelOf(ruling);
    return { ...created, ...model, prices: created.prices };
  }
  return {
    ...model,
    ...facts,
    prices: model.prices.map((price) => (price === current ? changedPrice(price, change, source) : price)),
  };
}

/** Returns the prices of a model with the first days that the ruling states, if the sources state none. */
function datedPrices(prices: readonly Price[], { facts, earlier = [], source }: Ruling): readonly Price[] {
  const [first, ...later] = prices;
  if (first === undefined || first.from !== SINCE_EVER) return prices;
  const past = earlier.map(({ from, rates }): Price => ({
    ...first,
    from,
    rates: { ...first.rates, ...rates },
    sources: [source],
    trust: 'override',
  }));
  return [...past, { ...first, from: earlier.at(-1)?.until ?? facts?.released ?? first.from }, ...later];
}

/** Returns a price with the values of a ruling. */
function changedPrice(
  { from, rates, above, tiers, fees }: Price,
  change: PriceChange,
  source: string,
): Price {
  const steps = change.above === undefined ? above : (change.above ?? undefined);
  const allTiers = Object.entries({ ...tiers, ...change.tiers }).filter(([, own]) => own !== null);
  const allFees = { ...fees, ...change.fees };
  return {
    from,
    rates: { ...rates, ...change.rates },
    ...(steps && { above: steps }),
    ...(allTiers.length > 0 && { tiers: Object.fromEntries(allTiers) as NonNullable<Price['tiers']> }),
    ...(Object.keys(allFees).length > 0 && { fees: allFees }),
    sources: [source],
    trust: 'override',
  };
}
