import type { CatalogModel, Price } from '@majordomo/catalog';
import { withConventions } from '../../../packages/calls/catalog/src/refresh/conventions.ts';
import { SINCE_EVER } from '../../../packages/calls/catalog/src/row.ts';
import type {
  Facts,
  Listed,
  Listing,
  Listings,
  Offer,
  SourceName,
} from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { outdatedOffers, vote } from './vote.ts';

/** Day of the refresh, and the date of each source's data. */
export interface Dates {
  readonly today: string;
  readonly bySource: Readonly<Partial<Record<SourceName, string>>>;
}

/** Result of a merge. */
interface Merged {
  readonly models: readonly CatalogModel[];
  /** Ids of models for which an outdated source contradicts the newest one. */
  readonly contradicted: ReadonlyMap<string, readonly SourceName[]>;
}

/** Returns one model for each id. Facts of models.dev replace those of other sources. The sources vote on the price. */
export function merge(vendor: string, listings: Listings, dates: Dates, resells = false): Merged {
  const { modelsDev, genai, litellm, piAi } = listings;
  const fromModelsDev = byId(modelsDev);
  const isPriced = ({ offers }: Listed): boolean => offers.length > 0;
  // A reseller's models change daily, so only models.dev and pi-ai, whose lists are complete, add models.
  const other = [...(resells ? [] : [...genai, ...litellm]), ...piAi].filter(isPriced).map(({ id }) => id);
  // An id takes precedence over an equal alias of another model, so it is set last.
  const fromGenai = new Map([...genai.flatMap(namedBy), ...genai.map((one) => [one.id, one] as const)]);
  const ids = [...new Set([...fromModelsDev.keys(), ...other])];
  const fromLitellm = byId(litellm);
  const fromPiAi = byId(piAi);
  const contradicted = new Map<string, readonly SourceName[]>();
  const models = ids.map((id): CatalogModel => {
    const listed = [fromModelsDev.get(id), fromGenai.get(id), fromLitellm.get(id), fromPiAi.get(id)].filter(
      (one) => one !== undefined,
    );
    // Omit names, which are long and not used. The id of a reseller's model contains the family.
    const { name: _long, family, ...facts } = factsOf(listed);
    const onContradiction = (sources: readonly SourceName[]): void => void contradicted.set(id, sources);
    const prices = pricesOf(listed, dates, onContradiction).map((price) => withConventions(id, price));
    return { vendor, id, ...(resells ? {} : { family }), ...facts, prices };
  });
  const aliases = resells ? [] : aliasesOf(vendor, genai, new Map(models.map((model) => [model.id, model])));
  return { models: [...models, ...aliases], contradicted };
}

const byId = (listing: Listing): ReadonlyMap<string, Listed> => new Map(listing.map((one) => [one.id, one]));

const namedBy = (one: Listed): readonly (readonly [string, Listed])[] =>
  one.aliases.map((alias) => [alias, one] as const);

/**
 * Merges the facts of listings, of which the first is the most complete. The name, the context and the retirement are the first known
 * value, input and output those of the first source with an input, and all other facts those of the first source, or otherwise of that
 * source.
 */
function factsOf(listed: readonly Listed[]): Facts {
  const facts: Partial<Facts>[] = listed.map((one) => one.facts);
  const [first = {}] = facts;
  const known = (name: keyof Facts): unknown => facts.find((one) => one[name] !== undefined)?.[name];
  const rest = Object.fromEntries(
    (['name', 'contextTokens', 'retires'] as const).map((name) => [name, known(name)]),
  );
  const withInput = facts.find(({ input }) => input !== undefined) ?? {};
  const { input = ['text'], output = ['text'] } = withInput;
  return { ...withInput, ...first, ...rest, input, output };
}

/** Returns the prices of a model. Earlier and later periods come from genai-prices, the only source with periods. */
function pricesOf(
  listed: readonly Listed[],
  { today, bySource }: Dates,
  onContradiction: (sources: readonly SourceName[]) => void,
): readonly Price[] {
  const released = listed.flatMap(({ facts }) => facts.released ?? [])[0] ?? SINCE_EVER;
  const all = listed.flatMap(({ offers }) => offers);
  const isLater = ({ from = '' }: Offer): boolean => from > today;
  const current = listed.flatMap(({ offers }) => offers.filter((offer) => !isLater(offer)).at(-1) ?? []);
  const outdated = outdatedOffers(current, bySource);
  if (outdated.length > 0) onContradiction(outdated.map(({ source }) => source));
  const since = current
    .filter((offer) => !outdated.includes(offer))
    .find(({ from }) => from !== undefined)?.from;
  const past = all.filter((offer) => !current.includes(offer) && !isLater(offer));
  return [
    ...past.flatMap((offer) => priceOf([offer], offer.from ?? startOfPast(since, released))),
    ...priceOf(current, since ?? released, outdated),
    ...all.filter(isLater).flatMap((offer) => priceOf([offer], offer.from ?? today)),
  ];
}

/** Returns the first day of an earlier price without one: the release, or `SINCE_EVER` if the current price begins by then. */
const startOfPast = (since: string | undefined, released: string): string =>
  since !== undefined && released >= since ? SINCE_EVER : released;

function priceOf(offers: readonly Offer[], from: string, outdated: readonly Offer[] = []): readonly Price[] {
  const verdict = vote(offers, outdated);
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
