import type { Rates } from '../contract.ts';
import { numberIn, recordIn, recordsIn, recordsOf, textIn, type Json } from './json.ts';
import type { Listed, Listing, Offer } from './offer.ts';
import { completeRates, feeOf, rateOfMillion, readRates } from './rates.ts';

/** Reads genai-prices' data file: `[{ id, models: [{ id, match, prices }] }]`. Prices are in USD per million and have periods. */
export function readGenaiPrices(json: unknown, vendor: string): Listing {
  const provider = recordsOf(json).find((one) => textIn(one, 'id') === vendor);
  return provider === undefined ? [] : recordsIn(provider, 'models').map(listed);
}

function listed(model: Json): Listed {
  const id = textIn(model, 'id') ?? '';
  const isSilent = /embed|rerank/i.test(id);
  return {
    id,
    aliases: equalIds(recordIn(model, 'match')).filter((other) => other !== id),
    facts: { name: textIn(model, 'name'), contextTokens: numberIn(model, 'context_window') },
    offers: periodsOf(model).flatMap(({ from, prices }) => offerOf(prices, from, isSilent)),
    isSilent,
  };
}

/** Returns the ids that a rule matches exactly. Ignores "contains" and "starts with", which are not reliable. */
function equalIds(match: Json): readonly string[] {
  const own = textIn(match, 'equals');
  return [...(own === undefined ? [] : [own]), ...recordsIn(match, 'or').flatMap(equalIds)];
}

/** Returns the price periods, or none if a price depends on the time of day, which a `Price` cannot represent. */
function periodsOf(model: Json): readonly { from: string | undefined; prices: Json }[] {
  if (!Array.isArray(model['prices'])) return [{ from: undefined, prices: recordIn(model, 'prices') }];
  const periods = recordsIn(model, 'prices').map((period) => ({
    constraint: recordIn(period, 'constraint'),
    prices: recordIn(period, 'prices'),
  }));
  if (periods.some(({ constraint }) => textIn(constraint, 'start_time') !== undefined)) return [];
  return periods.map(({ constraint, prices }) => ({ from: textIn(constraint, 'start_date'), prices }));
}

const RATES = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWriteLong',
  output_reasoning_mtok: 'reasoning',
  input_audio_mtok: 'inputAudio',
  output_audio_mtok: 'outputAudio',
  input_image_mtok: 'inputImage',
  output_image_mtok: 'outputImage',
} as const satisfies Record<string, keyof Rates>;

/** Units of fees, by the source's names of prices in USD per thousand uses. */
const FEES = { requests_kcount: 'request', web_searches_kcount: 'web_search' } as const;

function offerOf(prices: Json, from: string | undefined, isSilent: boolean): readonly Offer[] {
  const base = ratesAt(prices, 0, isSilent);
  if (base === undefined) return [];
  const above = startsIn(prices).flatMap((inputTokens) => {
    const rates = ratesAt(prices, inputTokens, isSilent);
    return rates === undefined ? [] : [{ inputTokens, rates }];
  });
  const fees = Object.entries(FEES).flatMap(([name, unit]) => {
    const thousand = numberIn(prices, name);
    return thousand === undefined ? [] : [[unit, feeOf(thousand / 1000)] as const];
  });
  return [{ source: 'genai-prices', from, rates: base, above, tiers: {}, fees: Object.fromEntries(fees) }];
}

/** Returns the context steps. A price is a number, or `{ base, tiers: [{ start, price }] }`. */
const startsIn = (prices: Json): readonly number[] => {
  const starts = Object.keys(RATES).flatMap((name) =>
    recordsIn(recordIn(prices, name), 'tiers').flatMap((tier) => numberIn(tier, 'start') ?? []),
  );
  return [...new Set(starts)].sort((a, b) => a - b);
};

function ratesAt(prices: Json, inputTokens: number, isSilent: boolean): Rates | undefined {
  // Vectors and scores have no tokens, so the output of a silent model is free unless it has a rate.
  const rates = readRates(RATES, (name) => priceAt(prices, name, inputTokens), rateOfMillion);
  return completeRates({ ...(isSilent && { output: 0 }), ...rates });
}

function priceAt(prices: Json, name: string, inputTokens: number): number | undefined {
  const plain = numberIn(prices, name);
  if (plain !== undefined) return plain;
  const stepped = recordIn(prices, name);
  const reached = recordsIn(stepped, 'tiers').filter(
    (tier) => (numberIn(tier, 'start') ?? Infinity) <= inputTokens,
  );
  const last = reached.at(-1);
  return last === undefined ? numberIn(stepped, 'base') : numberIn(last, 'price');
}
