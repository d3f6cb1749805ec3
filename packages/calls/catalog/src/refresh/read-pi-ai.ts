import type { Modality, Rates } from '../contract.ts';
import { numberIn, recordIn, recordsIn, textIn, textsIn, type Json } from './json.ts';
import type { Listed, Listing, Offer } from './offer.ts';
import { completeRates, rateOfMillion, readRates, withoutZeros } from './rates.ts';

/**
 * Reads a folder of pi-ai's data: `{ '<vendor>.json': { <api>: { '<type>:<id>': … } } }`. Prices are in USD per million.
 * Returns only models of type `chat`. Returns a model of several APIs only once.
 */
export function readPiAi(folder: Json, name: string): Listing {
  const apis = recordIn(folder, `${name}.json`);
  const models = new Map<string, Listed>();
  for (const api of Object.keys(apis)) {
    const entries = recordIn(apis, api);
    for (const key of Object.keys(entries)) {
      const model = recordIn(entries, key);
      const id = textIn(model, 'id');
      if (id !== undefined && textIn(model, 'type') === 'chat') models.set(id, listed(id, model));
    }
  }
  return [...models.values()];
}

/** Returns the date in the manifest of the folder, in ISO format. */
export const dateOfPiAi = (folder: Json): string | undefined =>
  textIn(recordIn(folder, '.manifest.json'), 'generatedAt')?.slice(0, 10);

function listed(id: string, model: Json): Listed {
  const cost = recordIn(model, 'cost');
  const rates = ratesOf(cost);
  // If both rates are 0, the model is free or its price is unknown.
  const isPrice = rates !== undefined && rates.input + rates.output > 0;
  const above = recordsIn(cost, 'tiers').flatMap((step) => {
    const inputTokens = numberIn(step, 'inputTokensAbove');
    const own = ratesOf(step);
    return inputTokens === undefined || own === undefined ? [] : [{ inputTokens, rates: own }];
  });
  const offer: Omit<Offer, 'rates'> = { source: 'pi-ai', from: undefined, above, tiers: {}, fees: {} };
  return {
    id,
    aliases: [],
    facts: {
      // 0 means that the limit is not known.
      contextTokens: numberIn(model, 'contextWindow') || undefined,
      maxOutputTokens: numberIn(model, 'maxTokens') || undefined,
      input: textsIn(model, 'input').filter(isModality),
      output: ['text'],
      reasoning: model['reasoning'] === true,
    },
    offers: isPrice ? [{ ...offer, rates }] : [],
    isSilent: false,
  };
}

const isModality = (name: string): name is Modality => name === 'text' || name === 'image';

const RATES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cacheRead',
  cacheWrite: 'cacheWrite',
} as const satisfies Partial<Record<keyof Rates, keyof Rates>>;

function ratesOf(cost: Json): Rates | undefined {
  const rates = completeRates(readRates(RATES, (name) => numberIn(cost, name), rateOfMillion));
  return rates && withoutZeros(rates);
}
