import type { CatalogModel, Price, Rates } from '../src/contract.ts';
import type { Listing, Listings, SourceName } from './offer.ts';
import { SINCE_EVER } from '../src/row.ts';

/** Ruling of a reviewer on one model, or (`*`) on the fees of all models of a vendor. */
export interface Ruling {
  readonly vendor: string;
  readonly id: string;
  /** The only correct source; the others are ignored. */
  readonly believe?: SourceName;
  /** Merged into the current price. `null`: what the sources list is not a price. */
  readonly price?: PriceChange | null;
  /** Since when, for a model that no source has any more. */
  readonly from?: string;
  /** Source and date of the ruling. */
  readonly source: string;
}

/** Members of a price; `null` takes a tier or all steps away. */
interface PriceChange {
  readonly rates?: Partial<Rates>;
  readonly above?: Price['above'] | null;
  readonly tiers?: Readonly<Record<string, Partial<Rates> | null>>;
  readonly fees?: Price['fees'];
}

/** Returns the listings without values that rulings reject. */
export function believing(vendor: string, listings: Listings, rulings: readonly Ruling[]): Listings {
  const of = (source: SourceName, listing: Listing): Listing => {
    const unheard = rulings.filter(
      ({ believe = source, ...one }) => one.vendor === vendor && believe !== source,
    );
    const ids = new Set(unheard.map(({ id }) => id));
    return listing.map((one) => (ids.has(one.id) ? { ...one, offers: [] } : one));
  };
  return {
    modelsDev: of('models.dev', listings.modelsDev),
    genai: of('genai-prices', listings.genai),
    litellm: of('litellm', listings.litellm),
  };
}

/**
 * Returns the models with all rulings applied. A ruling on an unknown model creates it if it has a complete
 * price.
 */
export function ruled(
  vendor: string,
  models: readonly CatalogModel[],
  rulings: readonly Ruling[],
  today: string,
): readonly CatalogModel[] {
  const own = rulings.filter((ruling) => ruling.vendor === vendor);
  return own.reduce<readonly CatalogModel[]>((all, ruling) => {
    if (ruling.id === '*') return all.map((model) => withFees(model, ruling));
    if (!all.some(({ id }) => id === ruling.id)) return [...all, made(ruling)];
    return all.map((model) => (model.id === ruling.id ? settled(model, ruling, today) : model));
  }, models);
}

/** A fee that holds for all settles no dispute about the rates. */
const withFees = (model: CatalogModel, ruling: Ruling): CatalogModel => ({
  ...model,
  prices: model.prices.map((price) => ({ ...price, fees: { ...price.fees, ...ruling.price?.fees } })),
});

function made({ vendor, id, price: whole, from = SINCE_EVER, source }: Ruling): CatalogModel {
  const { rates = {}, above, fees } = whole ?? {};
  const { input, output } = rates;
  if (input === undefined || output === undefined)
    throw new Error(
      `the ruling on ${vendor}/${id} changes a model that no source has: give it a whole price`,
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

function settled(model: CatalogModel, ruling: Ruling, today: string): CatalogModel {
  const { price: change = {}, source } = ruling;
  if (change === null) return { ...model, prices: [] };
  const current = model.prices.filter(({ from }) => from <= today).at(-1);
  if (current === undefined) return { ...made(ruling), ...model, prices: made(ruling).prices };
  return {
    ...model,
    prices: model.prices.map((price) => (price === current ? over(price, change, source) : price)),
  };
}

function over({ from, rates, above, tiers, fees }: Price, change: PriceChange, source: string): Price {
  const steps = change.above === undefined ? above : (change.above ?? undefined);
  const words = Object.entries({ ...tiers, ...change.tiers }).filter(([, own]) => own !== null);
  const allFees = { ...fees, ...change.fees };
  return {
    from,
    rates: { ...rates, ...change.rates },
    ...(steps && { above: steps }),
    ...(words.length > 0 && { tiers: Object.fromEntries(words) as NonNullable<Price['tiers']> }),
    ...(Object.keys(allFees).length > 0 && { fees: allFees }),
    sources: [source],
    trust: 'override',
  };
}
