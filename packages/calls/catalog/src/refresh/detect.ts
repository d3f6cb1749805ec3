import type { CatalogModel } from '../contract.ts';
import { amountsThatDiffer } from './changes.ts';
import { checkDocument, FORMAT } from './document.ts';
import { withConventions } from './conventions.ts';
import { isoDate, recordIn, recordsOf, textIn, type Json } from './json.ts';
import type { Listed, Listing } from './offer.ts';
import { readGenaiPrices } from './read-genai.ts';
import { readLitellm } from './read-litellm.ts';
import { readModelsDev } from './read-models-dev.ts';
import { dateOfPiAi, readPiAi } from './read-pi-ai.ts';
import { withoutZeros } from './rates.ts';
import { VENDORS, type VendorNames } from './vendors.ts';

/** Data of a source, converted to majordomo's types. */
export interface SourceData {
  readonly date: string;
  readonly models: readonly CatalogModel[];
  readonly sources: readonly { readonly name: string; readonly date: string; readonly licence: string }[];
  /** Whether the data contains complete prices with their periods, as majordomo's format does. */
  readonly isComplete: boolean;
  /** Date of the base catalog, for stored data. Only price periods after this date are added. */
  readonly knownUntil?: string;
}

/** Properties of a source that `readData` needs. */
interface Origin {
  readonly name: string;
  /** Date to use if the data contains no date. */
  readonly date: string;
  readonly vendors: readonly string[];
}

/** Detects the format of the data and returns the models of the vendors; `undefined` for an unknown format. */
export function readData(data: unknown, origin: Origin): SourceData | undefined {
  const { name, vendors } = origin;
  // An empty object for data that is not an object, such as the list of genai-prices.
  const json = recordIn({ data }, 'data');
  if (textIn(json, 'format') === FORMAT) {
    const { date, sources, models } = checkDocument(data);
    const selected = models.filter(({ vendor }) => vendors.includes(vendor));
    return { date, sources, models: selected, isComplete: true };
  }
  const read = readerOf(data, json);
  if (read === undefined) return undefined;
  const date = isoDate(dateOfPiAi(json)) ?? origin.date;
  const models = VENDORS.filter(({ vendor }) => vendors.includes(vendor)).flatMap((names) =>
    read(names).map((listed) => modelOf(names.vendor, listed, { name, date })),
  );
  return { date, models, sources: [{ name, date, licence: 'MIT' }], isComplete: false };
}

/** Returns the reader of the format that the data has: genai-prices, pi-ai, LiteLLM or models.dev, in this order. */
function readerOf(data: unknown, json: Json): ((names: VendorNames) => Listing) | undefined {
  const values = Object.keys(json).map((key) => recordIn(json, key));
  if (recordsOf(data).some((provider) => Array.isArray(provider['models'])))
    return ({ genai }) => readGenaiPrices(data, genai);
  if (Object.keys(json).some((key) => key.endsWith('.json'))) return ({ piAi }) => readPiAi(json, piAi);
  if (values.some((entry) => 'litellm_provider' in entry)) return ({ litellm }) => readLitellm(json, litellm);
  if (values.some((vendor) => Object.keys(recordIn(vendor, 'models')).length > 0))
    return ({ vendor }) => readModelsDev(json, vendor);
  return undefined;
}

/** Returns a listed model with its current price, which begins on the date of the data, and its later prices. */
function modelOf(
  vendor: string,
  { id, facts, offers }: Listed,
  source: Pick<Origin, 'name' | 'date'>,
): CatalogModel {
  const { name: _name, ...known } = facts;
  const current = offers.filter(({ from = '' }) => from <= source.date).at(-1);
  const prices = offers
    .filter((offer) => offer === current || (offer.from ?? '') > source.date)
    .map(({ from, rates, above, tiers, fees }) =>
      withConventions(id, {
        from: from !== undefined && from > source.date ? from : source.date,
        rates: withoutZeros(rates),
        ...(above.length > 0 && {
          above: above.map((step) => ({ ...step, rates: withoutZeros(step.rates) })),
        }),
        ...(Object.keys(tiers).length > 0 && { tiers }),
        ...(Object.keys(fees).length > 0 && { fees }),
        sources: [source.name],
        trust: 'single' as const,
      }),
    )
    // Compared with no price, each amount differs. Drop a price with a negative amount.
    .filter((price) => amountsThatDiffer(undefined, price).every(({ after = 0 }) => after >= 0));
  return { vendor, id, ...known, input: known.input ?? ['text'], output: known.output ?? ['text'], prices };
}
