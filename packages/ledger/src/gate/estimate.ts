import { mostCost, type CatalogModel, type Price } from '@majordomo/catalog';
import { user, type AttemptInfo, type ImageRequest } from '@majordomo/core';
import { MOST } from '../limits/money.ts';
import { mostInput } from './most-input.ts';

/** What an attempt may use; `undefined`: nobody knows. */
export interface Estimate {
  readonly input: number;
  readonly output: number | undefined;
  /** Nano-USD; `undefined` also where a plan pays. */
  readonly nanoUsd: bigint | undefined;
  /** Pictures and sound have a fee, or no tokens that anybody could tell before. */
  readonly isByUnit: boolean;
}

/** The most that an attempt can use, or as many output tokens as `output` says. */
export function estimate(
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  price: Price | undefined,
  output: number | undefined,
): Estimate {
  if (attempt.payload !== undefined) return furtherEstimate(attempt, attempt.payload, model, price);
  const input = inputOf(attempt, model);
  const most = lowest(mostOutput(attempt, model), output);
  const nanoUsd =
    price === undefined || most === undefined ? undefined : held(mostCost({ input, output: most }, price));
  return { input, output: most, nanoUsd, isByUnit: false };
}

/** By what is asked for. */
function furtherEstimate(
  attempt: AttemptInfo,
  payload: NonNullable<AttemptInfo['payload']>,
  model: CatalogModel | undefined,
  price: Price | undefined,
): Estimate {
  if ('values' in payload) return byTokens(mostWords(attempt, payload.values.join('\n')), 0, price, false);
  const { fees } = price ?? {};
  if ('text' in payload) {
    if (price !== undefined && fees?.['character'] === undefined)
      return byTokens(mostWords(attempt, payload.text), model?.maxOutputTokens, price, true);
    return byFee(fees, 'character', payload.text.length);
  }
  if (!('audio' in payload)) return imageEstimate(attempt, payload, model, price);
  if (price !== undefined && fees?.['audio-second'] === undefined)
    return byTokens(model?.maxInputTokens ?? model?.contextTokens, model?.maxOutputTokens, price, true);
  // Vendors that bill by time round up to whole seconds.
  const { durationMs } = payload;
  return byFee(fees, 'audio-second', durationMs && Math.ceil(durationMs / 1000));
}

/** The most tokens that a text may be. */
function mostWords({ vendor, model }: AttemptInfo, text: string): number {
  return mostInput({ messages: [user(text)], tools: [], output: undefined, extra: {} }, { vendor, model });
}

/** Sound has as many tokens as the model takes and gives, where nobody knows better. */
function byTokens(
  input: number | undefined,
  output: number | undefined,
  price: Price | undefined,
  isByUnit: boolean,
): Estimate {
  if (input === undefined || output === undefined)
    return { input: 0, output: undefined, nanoUsd: undefined, isByUnit };
  const nanoUsd = price === undefined ? undefined : held(mostCost({ input, output }, price));
  return { input, output, nanoUsd, isByUnit };
}

/** Fees are micro-USD, to six decimals. */
function byFee(fees: Price['fees'] = {}, unit: string, count: number | undefined): Estimate {
  const fee = fees[unit];
  const isKnown = fee !== undefined && count !== undefined;
  const nanoUsd = isKnown
    ? held(BigInt(Math.ceil((fee * count + (fees['request'] ?? 0)) * 1000)))
    : undefined;
  return { input: 0, output: undefined, nanoUsd, isByUnit: true };
}

function inputOf(attempt: AttemptInfo, model: CatalogModel | undefined): number {
  const { request, capabilities, vendor } = attempt;
  const ceiling = model?.maxInputTokens ?? capabilities.contextTokens ?? model?.contextTokens ?? Infinity;
  // What a model does not take costs nothing.
  return Math.min(mostInput(request, { vendor, model: attempt.model }), ceiling);
}

/** What the request allows, else what the model can. */
function mostOutput(
  { request, capabilities }: AttemptInfo,
  model: CatalogModel | undefined,
): number | undefined {
  return (
    request.maxTokens ??
    capabilities.maxOutputTokens ??
    model?.maxOutputTokens ??
    capabilities.contextTokens ??
    model?.contextTokens
  );
}

function lowest(most: number | undefined, wanted: number | undefined): number | undefined {
  if (wanted === undefined || !(wanted >= 0 && wanted < Infinity)) return most;
  return Math.ceil(Math.min(wanted, most ?? Infinity));
}

/** The units that providers report: `image:1024x1024`, `character`; `undefined` for what is counted otherwise. */
export function unitsOf(
  payload: NonNullable<AttemptInfo['payload']>,
): Readonly<Record<string, number>> | undefined {
  if ('values' in payload || 'audio' in payload) return undefined;
  if ('text' in payload) return { character: payload.text.length };
  const { n = 1, size } = payload;
  return { [size === undefined ? 'image' : `image:${size}`]: n };
}

/** By fees; else by tokens, where the model says how many it can write for one picture. */
function imageEstimate(
  { vendor, model: id }: AttemptInfo,
  payload: ImageRequest,
  model: CatalogModel | undefined,
  price: Price | undefined,
): Estimate {
  const { n = 1, size, prompt, images = [] } = payload;
  const { fees = {} } = price ?? {};
  const fee = (size === undefined ? undefined : fees[`image:${size}`]) ?? fees['image'] ?? dearestImage(fees);
  if (fee !== undefined) {
    // Fees are micro-USD, to six decimals.
    const nanoUsd = BigInt(Math.ceil((fee * n + (fees['request'] ?? 0)) * 1000));
    return { input: 0, output: undefined, nanoUsd: held(nanoUsd), isByUnit: true };
  }
  const each = model?.maxOutputTokens;
  if (price === undefined || each === undefined)
    return { input: 0, output: undefined, nanoUsd: undefined, isByUnit: true };
  const messages = [user(prompt, ...images)];
  const request = { messages, tools: [], output: undefined, extra: {} };
  const input = mostInput(request, { vendor, model: id });
  const nanoUsd = held(mostCost({ input, output: each * n }, price));
  return { input, output: each * n, nanoUsd, isByUnit: true };
}

/** Of a size that is the vendor's to choose. */
function dearestImage(fees: NonNullable<Price['fees']>): number | undefined {
  const images = Object.entries(fees).filter(([unit]) => unit.startsWith('image:'));
  return images.length === 0 ? undefined : Math.max(...images.map(([, fee]) => fee));
}

const held = (nanoUsd: bigint): bigint => (nanoUsd > MOST ? MOST : nanoUsd);
