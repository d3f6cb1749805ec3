import type { Modality, Rates } from '../contract.ts';
import { rateOfMillion } from './amounts.ts';
import { numberIn, recordIn, recordsIn, textIn, textsIn, type Json } from './json.ts';
import type { Listed, Listing, Offer } from './offer.ts';
import { completeRates } from './partial-rates.ts';

/**
 * Reads a folder of pi-ai's data: `{ '<vendor>.json': { <api>: { '<type>:<id>': … } } }`. Prices are in USD per million.
 * Returns the models of type `chat`, and a model of several APIs only once.
 */
export function readPiAi(folder: Json, name: string | undefined): Listing {
  if (name === undefined) return [];
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
  // If both are 0, the model is free or its price is unknown.
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

/** Returns the rates. A cache rate of 0 means that the source knows no separate rate. */
const ratesOf = (cost: Json): Rates | undefined =>
  completeRates({
    input: rateIn(cost, 'input'),
    output: rateIn(cost, 'output'),
    cacheRead: rateIn(cost, 'cacheRead') || undefined,
    cacheWrite: rateIn(cost, 'cacheWrite') || undefined,
  });

const rateIn = (cost: Json, name: string): number | undefined => {
  const usd = numberIn(cost, name);
  return usd === undefined ? undefined : rateOfMillion(usd);
};
