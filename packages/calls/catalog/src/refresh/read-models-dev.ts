import type { Modality, Rates } from '../contract.ts';
import { MODALITIES } from '../row.ts';
import { isoDate, numberIn, recordIn, recordsIn, textIn, textsIn, type Json } from './json.ts';
import type { Facts, Listed, Listing, Offer } from './offer.ts';
import { completeRates, rateOfMillion, readRates } from './rates.ts';

/** Reads models.dev's `api.json`: `{ vendor: { models: { id: … } } }`. Prices are in USD per million tokens. */
export function readModelsDev(json: Json, vendor: string): Listing {
  const models = recordIn(recordIn(json, vendor), 'models');
  return Object.keys(models).map((id) => listed(id, recordIn(models, id)));
}

function listed(id: string, model: Json): Listed {
  const cost = recordIn(model, 'cost');
  const rates = ratesOf(cost);
  return {
    id,
    aliases: [],
    facts: factsOf(model),
    offers: rates === undefined ? [] : [offerOf(cost, rates, model)],
    isSilent: /embed|rerank/i.test(`${id} ${textIn(model, 'family') ?? ''}`),
  };
}

function factsOf(model: Json): Facts {
  const limit = recordIn(model, 'limit');
  const modalities = recordIn(model, 'modalities');
  return {
    family: textIn(model, 'family'),
    name: textIn(model, 'name'),
    // 0 means that the limit is not known.
    contextTokens: numberIn(limit, 'context') || undefined,
    maxInputTokens: numberIn(limit, 'input') || undefined,
    maxOutputTokens: numberIn(limit, 'output') || undefined,
    input: textsIn(modalities, 'input').filter(isModality),
    output: textsIn(modalities, 'output').filter(isModality),
    tools: flagIn(model, 'tool_call'),
    structured: flagIn(model, 'structured_output'),
    temperature: flagIn(model, 'temperature'),
    reasoning: flagIn(model, 'reasoning'),
    status: statusIn(model),
    released: isoDate(textIn(model, 'release_date')),
    knowledge: knowledgeIn(model),
  };
}

/** Returns the date up to which the model has knowledge, without a day that does not exist, such as 2025-02-31. */
function knowledgeIn(model: Json): string | undefined {
  const date = textIn(model, 'knowledge');
  return isoDate(date) === undefined ? undefined : date;
}

const NAMES: readonly string[] = Object.values(MODALITIES);
const isModality = (name: string): name is Modality => NAMES.includes(name);

const flagIn = (model: Json, name: string): boolean | undefined => {
  const value = model[name];
  return typeof value === 'boolean' ? value : undefined;
};

function statusIn(model: Json): Facts['status'] {
  const status = textIn(model, 'status');
  return status === 'alpha' || status === 'beta' || status === 'deprecated' ? status : undefined;
}

const RATES = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  reasoning: 'reasoning',
  input_audio: 'inputAudio',
  output_audio: 'outputAudio',
} as const satisfies Record<string, keyof Rates>;

const ratesOf = (cost: Json): Rates | undefined =>
  completeRates(readRates(RATES, (name) => numberIn(cost, name), rateOfMillion));

function offerOf(cost: Json, rates: Rates, model: Json): Offer {
  const above = recordsIn(cost, 'tiers').flatMap((step) => {
    const inputTokens = numberIn(recordIn(step, 'tier'), 'size');
    const own = ratesOf(step);
    return inputTokens === undefined || own === undefined ? [] : [{ inputTokens, rates: own }];
  });
  return { source: 'models.dev', from: undefined, rates, above, tiers: tiersOf(model), fees: {} };
}

/** Returns the rates by service tier. If a service tier selects a "fast" mode, the mode's rates are rates of that tier. */
function tiersOf(model: Json): Offer['tiers'] {
  const fast = recordIn(recordIn(recordIn(model, 'experimental'), 'modes'), 'fast');
  const tier = textIn(recordIn(recordIn(fast, 'provider'), 'body'), 'service_tier');
  const rates = ratesOf(recordIn(fast, 'cost'));
  return tier === undefined || rates === undefined ? {} : { [tier]: rates };
}
