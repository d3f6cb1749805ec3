import type { CatalogModel, Price, Rates } from './contract.ts';
import type { Models } from './model-lookup.ts';
import {
  ABILITIES,
  MODALITIES,
  RATE_LETTERS,
  SINCE_EVER,
  SOURCE_LETTERS,
  type PriceRow,
  type RatesRow,
  type Row,
} from './row.ts';

/** Decodes the models of a generated chunk, which is a JSON list of rows. Decodes each model when it is first needed. */
export function decodeModels(vendor: string, rows: string): Models {
  const byId = new Map((JSON.parse(rows) as readonly Row[]).map((row) => [row.id, row]));
  const models = new Map<string, CatalogModel>();
  const get = (id: string): CatalogModel | undefined => {
    const row = byId.get(id);
    if (row === undefined) return undefined;
    const model = models.get(id) ?? modelOf(vendor, row);
    models.set(id, model);
    return model;
  };
  return { get, all: () => [...byId.keys()].flatMap((id) => get(id) ?? []) };
}

/** Returns the model of a row. `Row` states the meaning of each letter. */
function modelOf(vendor: string, row: Row): CatalogModel {
  const { y: can = '', n: cannot = '', d: released } = row;
  const abilities = Object.entries(ABILITIES).flatMap(([letter, name]) =>
    can.includes(letter) ? [[name, true]] : cannot.includes(letter) ? [[name, false]] : [],
  );
  return {
    vendor,
    id: row.id,
    ...(row.a !== undefined && { aliasOf: row.a }),
    ...(row.f !== undefined && { family: row.f }),
    ...(row.c !== undefined && { contextTokens: row.c }),
    ...(row.i !== undefined && { maxInputTokens: row.i }),
    ...(row.o !== undefined && { maxOutputTokens: row.o }),
    input: decodeLetters(row.r ?? 't', MODALITIES),
    output: decodeLetters(row.w ?? 't', MODALITIES),
    ...(Object.fromEntries(abilities) as Partial<CatalogModel>),
    ...(row.s !== undefined && { status: row.s }),
    ...(released !== undefined && { released }),
    ...(row.k !== undefined && { knowledge: row.k }),
    ...(row.e !== undefined && { retires: row.e }),
    ...(row.h !== undefined && { successor: row.h }),
    ...(row.x !== undefined && { deprecatedSince: row.x }),
    ...(row.u !== undefined && { lastSeen: row.u }),
    prices: (row.p ?? []).map((price) => priceOf(price, released ?? SINCE_EVER)),
  };
}

const decodeLetters = <Word extends string>(
  letters: string,
  words: Readonly<Record<string, Word>>,
): readonly Word[] => Array.from(letters).flatMap((letter) => words[letter] ?? []);

function priceOf(row: PriceRow, released: string): Price {
  const { f: from = released, p: rates, a: above, t: tiers, e: fees } = row;
  return {
    from,
    // A generated price always has the rates of input and output.
    rates: ratesOf(rates) as Rates,
    ...(above && { above: Object.entries(above).map(([tokens, own]) => stepOf(Number(tokens), own)) }),
    ...(tiers && {
      tiers: Object.fromEntries(Object.entries(tiers).map(([tier, own]) => [tier, ratesOf(own)])),
    }),
    ...(fees && { fees }),
    ...trustIn(row),
  };
}

const stepOf = (inputTokens: number, rates: RatesRow): NonNullable<Price['above']>[number] => ({
  inputTokens,
  rates: ratesOf(rates) as Rates,
});

/** Converts rates to integer micro-USD. The conversion is exact, because no price has more than six decimals. */
const ratesOf = (row: RatesRow): Partial<Rates> =>
  Object.fromEntries(
    Object.entries(RATE_LETTERS).flatMap(([letter, name]) => {
      const usd = row[letter];
      return usd === undefined ? [] : [[name, Math.round(usd * 1e6)]];
    }),
  );

function trustIn({ b: by, d: disputed, s: settled }: PriceRow): Pick<Price, 'sources' | 'trust'> {
  if (settled !== undefined) return { sources: [settled], trust: 'override' };
  if (disputed !== undefined) return { sources: decodeLetters(disputed, SOURCE_LETTERS), trust: 'disputed' };
  const sources = decodeLetters(by ?? '', SOURCE_LETTERS);
  return { sources, trust: sources.length > 1 ? 'agreed' : 'single' };
}
