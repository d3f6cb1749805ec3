import type { Modality, Rates } from '../contract.ts';
import { isoDate, numberIn, recordIn, textIn, type Json } from './json.ts';
import type { Facts, Listed, Listing, Offer } from './offer.ts';
import { completeRates, feeOf, rateOfUnit, readRates } from './rates.ts';
import type { VendorNames } from './vendors.ts';

/** Reads LiteLLM's `model_prices_and_context_window.json`: `{ key: … }`. Prices are in USD per token. */
export function readLitellm(json: Json, names: VendorNames['litellm']): Listing {
  const found = new Map<string, Listed>();
  for (const key of Object.keys(json)) {
    const entry = recordIn(json, key);
    if (!names.providers.includes(textIn(entry, 'litellm_provider') ?? '')) continue;
    const id = idOf(key, names.prefix);
    if (id !== undefined) found.set(id, listed(id, entry, json));
  }
  return [...found.values()];
}

/**
 * Returns the vendor's model id. Returns `undefined` for a key with another prefix, such as a region, a fine-tuned model or
 * an image size.
 */
function idOf(key: string, prefix: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const id = key.slice(prefix.length);
  // Keys of other vendors and regions, such as `azure/us/`, begin with these prefixes, too. The ids of these vendors have no slash.
  const hasOtherPrefix = (prefix === '' || prefix === 'azure/') && id.includes('/');
  const isFineTuned = id.startsWith('ft:');
  return hasOtherPrefix || isFineTuned || id === '' ? undefined : id;
}

function listed(id: string, entry: Json, json: Json): Listed {
  const mode = textIn(entry, 'mode');
  const isSilent = mode === 'embedding' || mode === 'rerank' || mode === 'moderation';
  const rates = ratesOf(entry, '', isSilent);
  const fees = feesOf(id, entry, json);
  // Web searches are charged in addition to tokens, so their fee alone does not price a model.
  const unitsOnly = rates === undefined && Object.keys(fees).some((unit) => unit !== 'web_search');
  const base = rates ?? (unitsOnly ? { input: 0, output: 0 } : undefined);
  return {
    id,
    aliases: [],
    facts: factsOf(entry, mode),
    offers: base === undefined ? [] : [{ ...offerOf(entry), rates: base, fees }],
    isSilent,
  };
}

const offerOf = (entry: Json): Omit<Offer, 'rates' | 'fees'> => ({
  source: 'litellm',
  from: undefined,
  above: stepsOf(entry),
  tiers: tiersOf(entry),
});

const RATES = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWrite',
  cache_creation_input_token_cost_above_1hr: 'cacheWriteLong',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'inputAudio',
  output_cost_per_audio_token: 'outputAudio',
  input_cost_per_image_token: 'inputImage',
  output_cost_per_image_token: 'outputImage',
} as const satisfies Record<string, keyof Rates>;

const someRates = (entry: Json, suffix: string): Partial<Rates> =>
  readRates(RATES, (name) => numberIn(entry, name + suffix), rateOfUnit);

function ratesOf(entry: Json, suffix: string, isSilent = false): Rates | undefined {
  // Vectors and scores have no tokens, so the output of a silent model is free unless it has a rate.
  return completeRates({ ...(isSilent && { output: 0 }), ...someRates(entry, suffix) });
}

const STEP = /^input_cost_per_token_above_(\d+)k_tokens$/;

function stepsOf(entry: Json): Offer['above'] {
  return Object.keys(entry)
    .flatMap((name) => STEP.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((thousands) => {
      const rates = ratesOf(entry, `_above_${thousands}k_tokens`);
      return rates === undefined ? [] : [{ inputTokens: thousands * 1000, rates }];
    });
}

const TIERS = { batch: '_batches', flex: '_flex', priority: '_priority' } as const;

/** Returns the rates of the tiers. Those above a context step have a name such as `priority>200000`; see `Price.tiers`. */
function tiersOf(entry: Json): Offer['tiers'] {
  const steps = stepsOf(entry).map(({ inputTokens }) => inputTokens);
  const found = Object.entries(TIERS).flatMap(([tier, suffix]) => [
    [tier, someRates(entry, suffix)] as const,
    ...steps.map(
      (tokens) =>
        [`${tier}>${tokens}`, someRates(entry, `_above_${tokens / 1000}k_tokens${suffix}`)] as const,
    ),
  ]);
  return Object.fromEntries(
    found.filter(([, { input, output }]) => input !== undefined && output !== undefined),
  );
}

/** Billing units other than tokens, by kind of model. For other kinds of models, the same names mean provisioned capacity. */
const UNITS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  image_generation: { output_cost_per_image: 'image' },
  image_edit: { output_cost_per_image: 'image' },
  video_generation: {
    output_cost_per_second: 'video-second',
    output_cost_per_second_480p: 'video-second:480p',
    output_cost_per_second_720p: 'video-second:720p',
    output_cost_per_second_1080p: 'video-second:1080p',
    output_cost_per_second_4k: 'video-second:4k',
    output_cost_per_video_per_second: 'video-second',
  },
  audio_transcription: { input_cost_per_second: 'audio-second' },
  audio_speech: { input_cost_per_character: 'character' },
  rerank: { input_cost_per_query: 'search' },
};

function feesOf(id: string, entry: Json, json: Json): Offer['fees'] {
  const billed = UNITS[textIn(entry, 'mode') ?? ''] ?? {};
  const units = Object.entries({ ...billed, input_cost_per_request: 'request' }).flatMap(([name, unit]) => {
    const usd = numberIn(entry, name);
    return usd === undefined || usd === 0 ? [] : [[unit, feeOf(usd)] as const];
  });
  const search = numberIn(recordIn(entry, 'search_context_cost_per_query'), 'search_context_size_medium');
  return Object.fromEntries([
    ...units,
    ...(search === undefined || search === 0 ? [] : [['web_search', feeOf(search)] as const]),
    ...(isFreeModeration(entry) ? [['moderation', 0] as const] : []),
    ...sizesOf(id, json),
  ]);
}

/** Whether a moderation model is free. For other kinds of models, 0 means that the price is unknown. */
const isFreeModeration = (entry: Json): boolean =>
  textIn(entry, 'mode') === 'moderation' && numberIn(entry, 'input_cost_per_token') === 0;

/**
 * Returns fees by image size, from keys such as `1024-x-1024/dall-e-2` and `standard/1024-x-1792/dall-e-3`. Ignores other
 * qualities.
 */
function sizesOf(id: string, json: Json): readonly (readonly [unit: string, fee: number])[] {
  return Object.keys(json).flatMap((key) => {
    const [, width, height] = /^(?:standard\/)?(\d+)-x-(\d+)\/(?=[^/]+$)/.exec(key) ?? [];
    if (width === undefined || height === undefined || !key.endsWith(`/${id}`)) return [];
    const entry = recordIn(json, key);
    const pixel = numberIn(entry, 'input_cost_per_pixel');
    const usd =
      numberIn(entry, 'output_cost_per_image') ??
      (pixel === undefined ? undefined : pixel * Number(width) * Number(height));
    // Round the fee, because the source computed the cost per pixel from a round price per image.
    return usd === undefined
      ? []
      : [[`image:${width}x${height}`, feeOf(Number(usd.toPrecision(3)))] as const];
  });
}

const READS: Readonly<Record<string, readonly Modality[]>> = { audio_transcription: ['audio'] };
const WRITES: Readonly<Record<string, readonly Modality[]>> = {
  image_generation: ['image'],
  image_edit: ['image'],
  audio_speech: ['audio'],
  video_generation: ['video'],
};

function factsOf(entry: Json, mode = 'chat'): Partial<Facts> {
  const sees: readonly Modality[] = entry['supports_vision'] === true ? ['image'] : [];
  const pages: readonly Modality[] = entry['supports_pdf_input'] === true ? ['pdf'] : [];
  return {
    input: READS[mode] ?? ['text', ...sees, ...pages],
    output: WRITES[mode] ?? ['text'],
    // 0 means that the limit is not known.
    maxInputTokens: numberIn(entry, 'max_input_tokens') || undefined,
    maxOutputTokens: numberIn(entry, 'max_output_tokens') || undefined,
    tools: entry['supports_function_calling'] === true ? true : undefined,
    structured: entry['supports_response_schema'] === true ? true : undefined,
    reasoning: entry['supports_reasoning'] === true ? true : undefined,
    retires: isoDate(textIn(entry, 'deprecation_date')),
  };
}
