import type { CatalogModel, Price } from '../src/contract.ts';
import { SINCE_EVER } from '../src/row.ts';
import type { Facts, Listed, Listing, Listings, Offer } from './offer.ts';
import { vote } from './vote.ts';

/** One entry for each id that a source lists: what it is by models.dev, what it costs by vote. */
export function merge(
  vendor: string,
  listings: Listings,
  today: string,
  resells = false,
): readonly CatalogModel[] {
  const { modelsDev, genai, litellm } = listings;
  const main = byId(modelsDev);
  const other = resells
    ? []
    : [...genai, ...litellm].filter(({ offers }) => offers.length > 0).map(({ id }) => id);
  const named = new Map([...genai.flatMap(namedBy), ...genai.map((one) => [one.id, one] as const)]);
  const ids = [...new Set([...main.keys(), ...other])];
  const priced = byId(litellm);
  const models = ids.map((id): CatalogModel => {
    const listed = [main.get(id), named.get(id), priced.get(id)].filter((one) => one !== undefined);
    const { name: _long, family, ...facts } = factsOf(listed);
    // The family of a reseller's model is in its id. Names are long, and nothing depends on them.
    return { vendor, id, ...(resells ? {} : { family }), ...facts, prices: pricesOf(listed, today) };
  });
  return [
    ...models,
    ...(resells ? [] : aliasesOf(vendor, genai, new Map(models.map((model) => [model.id, model])))),
  ];
}

const byId = (listing: Listing): ReadonlyMap<string, Listed> => new Map(listing.map((one) => [one.id, one]));

const namedBy = (one: Listed): readonly (readonly [string, Listed])[] =>
  one.aliases.map((alias) => [alias, one] as const);

/** Merges listings. The first one with a value counts; the most complete source comes first. */
function factsOf(listed: readonly Listed[]): Facts {
  const facts: Partial<Facts>[] = listed.map((one) => one.facts);
  const [first = {}] = facts;
  const known = (name: keyof Facts): unknown => facts.find((one) => one[name] !== undefined)?.[name];
  const rest = Object.fromEntries(
    (['name', 'contextTokens', 'retires'] as const).map((name) => [name, known(name)]),
  );
  const spoken = facts.find(({ input }) => input !== undefined) ?? {};
  return { ...spoken, ...first, ...rest, input: spoken.input ?? ['text'], output: spoken.output ?? ['text'] };
}

/** Earlier and later prices come from the only source that has periods. */
function pricesOf(listed: readonly Listed[], today: string): readonly Price[] {
  const released = listed.flatMap(({ facts }) => facts.released ?? [])[0] ?? SINCE_EVER;
  const all = listed.flatMap(({ offers }) => offers);
  const isLater = ({ from = '' }: Offer): boolean => from > today;
  const current = listed.flatMap(({ offers }) => offers.filter((offer) => !isLater(offer)).at(-1) ?? []);
  const since = current.find(({ from }) => from !== undefined)?.from;
  const past = all.filter((offer) => !current.includes(offer) && !isLater(offer));
  return [
    ...past.flatMap((offer) => priceOf([offer], offer.from ?? before(since, released))),
    ...priceOf(current, since ?? released),
    ...all.filter(isLater).flatMap((offer) => priceOf([offer], offer.from ?? today)),
  ];
}

const before = (since: string | undefined, released: string): string =>
  since !== undefined && released >= since ? SINCE_EVER : released;

function priceOf(offers: readonly Offer[], from: string): readonly Price[] {
  const verdict = vote(offers);
  return verdict === undefined ? [] : [{ from, ...verdict }];
}

/** Returns ids that a source declares as aliases of a listed model and that no source lists separately. */
function aliasesOf(
  vendor: string,
  genai: Listing,
  models: ReadonlyMap<string, CatalogModel>,
): readonly CatalogModel[] {
  const pairs = genai.flatMap((one) => {
    const aliasOf = [one.id, ...one.aliases].find((id) => models.has(id));
    return aliasOf === undefined ? [] : one.aliases.map((id) => ({ id, aliasOf }));
  });
  const unclear = new Set(pairs.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index));
  return pairs
    .filter(({ id }) => !models.has(id) && !unclear.has(id))
    .map(({ id, aliasOf }) => ({ vendor, id, aliasOf, input: ['text'], output: ['text'], prices: [] }));
}
