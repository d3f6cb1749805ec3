import { maxCost, type CatalogModel, type Price } from '@majordomo/catalog';
import { maxRequestTokens, type BoundTarget } from '@majordomo/catalog/tokens';
import {
  user,
  type AttemptInfo,
  type ClassificationRequest,
  type ImageRequest,
  type Message,
  type RerankRequest,
  type TurnMessage,
  type UserPart,
  type VideoRequest,
} from '@majordomo/core';
import { LABEL_TOKENS, optionCount, statedTokens } from '@majordomo/core/toolkit';
import { capAmount } from '../limits/money.ts';
import type { PageCounts } from './pdf-pages.ts';

/** Estimate for limits that count only requests or calls. The size of a request is irrelevant to these limits. */
export const NO_ESTIMATE: Estimate = {
  input: 0,
  output: undefined,
  nanoUsd: undefined,
  isByUnit: false,
};

/** Maximum amounts that an attempt may use; `undefined` if unknown. `input` and `output` are numbers of tokens. */
export interface Estimate {
  readonly input: number;
  readonly output: number | undefined;
  /** Maximum cost in nano-USD. */
  readonly nanoUsd: bigint | undefined;
  /** Whether the vendor bills units such as images or seconds, or tokens whose number is unknown before the call. */
  readonly isByUnit: boolean;
}

/**
 * Tier whose rates apply. If absent, the rates of the most expensive tier apply. Only batches, which contain chats and
 * embeddings, have a tier.
 */
type Tier = { readonly tier?: string | undefined };

/** Returns the maximum amounts of an attempt. A lower `output` replaces the maximum number of output tokens. */
export function estimate(
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  price: Price | undefined,
  output: number | undefined,
  pages: PageCounts | undefined,
  tier: Tier = {},
): Estimate {
  if (attempt.payload !== undefined) return otherEstimate(attempt, attempt.payload, model, price, tier);
  const input = inputOf(attempt, model, pages);
  const most = lowest(maxOutput(attempt, model), output);
  const nanoUsd =
    price === undefined || most === undefined
      ? undefined
      : capAmount(maxCost({ input, output: most }, price, tier));
  return { input, output: most, nanoUsd, isByUnit: false };
}

/**
 * Returns the maximum amounts of an operation other than chat, derived from its payload. The members of the payload identify the
 * operation, such as `values` for an embedding or a moderation, and `text` for speech.
 */
function otherEstimate(
  attempt: AttemptInfo,
  payload: NonNullable<AttemptInfo['payload']>,
  model: CatalogModel | undefined,
  price: Price | undefined,
  tier: Tier,
): Estimate {
  const { fees } = price ?? {};
  if ('values' in payload)
    return fees?.['moderation'] === undefined
      ? byTokens(inputTokens(attempt, payload.values), 0, price, false, tier)
      : byFee(fees, 'moderation', payload.values.length);
  if ('questions' in payload) return classificationEstimate(attempt, payload, price, tier);
  if ('documents' in payload) return rerankEstimate(attempt, payload, price);
  if ('text' in payload) {
    if (price !== undefined && fees?.['character'] === undefined)
      return byTokens(
        inputTokens(attempt, [payload.text, payload.instructions ?? '']),
        model?.maxOutputTokens,
        price,
        true,
      );
    return byFee(fees, 'character', payload.text.length);
  }
  if (!('audio' in payload)) {
    if (attempt.operation === 'video') return videoEstimate(payload, price);
    return imageEstimate(attempt, payload, model, price);
  }
  if (price !== undefined && fees?.['audio-second'] === undefined)
    return byTokens(model?.maxInputTokens ?? model?.contextTokens, model?.maxOutputTokens, price, true);
  // Vendors that bill by time round up to whole seconds.
  const { durationMs } = payload;
  const seconds = durationMs && Math.max(Math.ceil(durationMs / 1000), MIN_AUDIO_SECONDS);
  return byFee(fees, 'audio-second', seconds);
}

/** Largest number of seconds that a vendor bills for a shorter recording: that of Groq. */
const MIN_AUDIO_SECONDS = 10;

/** Number of characters that always fit into one chunk. Vendors count a long document as several chunks. */
const CHUNK_LENGTH = 500;

/** Returns the maximum amounts of a rerank request: searches of up to 100 chunks each, or tokens of documents and query. */
function rerankEstimate(
  attempt: AttemptInfo,
  { query, documents }: RerankRequest,
  price: Price | undefined,
): Estimate {
  if (price?.fees?.['search'] === undefined) {
    const input = inputTokens(attempt, documents) + documents.length * inputTokens(attempt, [query]);
    return byTokens(input, 0, price, false);
  }
  const chunks = documents.map(({ length }) => Math.ceil((length + query.length) / CHUNK_LENGTH));
  return byFee(price.fees, 'search', Math.ceil(chunks.reduce((sum, count) => sum + count, 0) / 100));
}

/** Input tokens of the instructions that an emulation adds to each request. */
const EMULATION_TOKENS = 400;

/**
 * Returns the maximum amounts of a classification. A vendor's API and an emulation with stated probabilities read the input once. An
 * emulation with log probabilities reads it for each question. A target that may use both emulations may send both requests.
 */
function classificationEstimate(
  attempt: AttemptInfo,
  { input, questions, bases = [] }: ClassificationRequest,
  price: Price | undefined,
  tier: Tier,
): Estimate {
  const entries = Object.values(questions);
  const inputSize = typeof input === 'string' ? inputTokens(attempt, [input]) : messageTokens(attempt, input);
  const questionSize = inputTokens(attempt, [JSON.stringify(questions)]);
  const options = entries.reduce((sum, question) => sum + optionCount(question), 0);
  // With stated probabilities, the prompt and the output schema contain the questions.
  const ofBasis = {
    vendor: { input: inputSize + questionSize, output: options },
    logprobs: {
      input: (inputSize + EMULATION_TOKENS) * entries.length + questionSize,
      output: LABEL_TOKENS * entries.length,
    },
    stated: {
      input: inputSize + 2 * questionSize + EMULATION_TOKENS,
      output: statedTokens(options),
    },
  };
  const amounts = bases.map((basis) => ofBasis[basis]);
  const total = amounts.reduce(
    (sum, amount) => ({ input: sum.input + amount.input, output: sum.output + amount.output }),
    { input: 0, output: 0 },
  );
  return byTokens(total.input, total.output, price, false, tier);
}

/** Returns the maximum number of input tokens of a conversation. */
function messageTokens({ vendor, model }: AttemptInfo, messages: readonly Message[]): number {
  const turns = messages.map((message) =>
    message.role === 'system' ? user(...message.parts) : message,
  ) as readonly TurnMessage[];
  return maxRequestTokens(
    { system: undefined, messages: turns, tools: [], output: undefined },
    { vendor, model },
  );
}

/** Returns the maximum number of input tokens of an operation with these strings or images. */
function inputTokens({ vendor, model }: AttemptInfo, parts: readonly (string | UserPart)[]): number {
  const messages = [user(...parts)];
  return maxRequestTokens({ system: undefined, messages, tools: [], output: undefined }, { vendor, model });
}

/** Returns the maximum amounts of an operation that is billed by tokens. */
function byTokens(
  input: number | undefined,
  output: number | undefined,
  price: Price | undefined,
  isByUnit: boolean,
  tier: Tier = {},
): Estimate {
  if (input === undefined || output === undefined)
    return { input: 0, output: undefined, nanoUsd: undefined, isByUnit };
  const nanoUsd = price === undefined ? undefined : capAmount(maxCost({ input, output }, price, tier));
  return { input, output, nanoUsd, isByUnit };
}

/** Returns the maximum amounts of an operation that is billed by units. Fees are in micro-USD with up to six decimals. */
function byFee(fees: Price['fees'] = {}, unit: string, count: number | undefined): Estimate {
  const fee = fees[unit];
  const isKnown = fee !== undefined && count !== undefined;
  const nanoUsd = isKnown
    ? capAmount(BigInt(Math.ceil((fee * count + (fees['request'] ?? 0)) * 1000)))
    : undefined;
  return { input: 0, output: undefined, nanoUsd, isByUnit: true };
}

function inputOf(
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  pages: PageCounts | undefined,
): number {
  const { request, capabilities, vendor } = attempt;
  const ceiling = model?.maxInputTokens ?? capabilities.contextTokens ?? model?.contextTokens ?? Infinity;
  const target: BoundTarget = {
    vendor,
    model: attempt.model,
    pages: (pdf) => pages?.get(pdf),
    maxPages: capabilities.fileLimits?.pdf?.maxPages,
  };
  // A model rejects input above its maximum, and rejected requests are not billed.
  return Math.min(maxRequestTokens(request, target), ceiling);
}

/** Returns the output limit of the request, otherwise that of the model, otherwise the size of the model's context. */
function maxOutput(
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

/** Returns the lower number, rounded up. Ignores a negative or infinite `wanted`. */
function lowest(most: number | undefined, wanted: number | undefined): number | undefined {
  const isUsable = wanted !== undefined && wanted >= 0 && wanted < Infinity;
  if (!isUsable) return most;
  return Math.ceil(Math.min(wanted, most ?? Infinity));
}

/** Returns the units of an image or speech request, such as `image:1024x1024` or `character`; `undefined` for other requests. */
export function unitsOf({ operation, payload }: AttemptInfo): Readonly<Record<string, number>> | undefined {
  if (payload === undefined || operation === 'video') return undefined;
  const isOfOtherOperation = ['values', 'audio', 'documents', 'questions'].some((name) => name in payload);
  if (isOfOtherOperation) return undefined;
  if ('text' in payload) return { character: payload.text.length };
  const { n = 1, size } = payload as ImageRequest;
  return { [size === undefined ? 'image' : `image:${size}`]: n };
}

/** Returns the maximum cost of images: their fee or the cost of the tokens that the model can write, whichever is higher. */
function imageEstimate(
  attempt: AttemptInfo,
  payload: ImageRequest,
  model: CatalogModel | undefined,
  price: Price | undefined,
): Estimate {
  const unknown = { input: 0, output: undefined, nanoUsd: undefined, isByUnit: true };
  if (price === undefined) return unknown;
  const { n = 1, size, prompt, images = [] } = payload;
  const { fees = {}, rates } = price;
  const input = inputTokens(attempt, [prompt, ...images]);
  const fee = (size === undefined ? undefined : fees[`image:${size}`]) ?? fees['image'] ?? maxImageFee(fees);
  const each = model?.maxOutputTokens;
  // A rate for image tokens replaces the fee. Without such a rate, the fee and the plain rate of the output apply.
  const output = rates.outputImage === undefined ? (each ?? 0) * n : 0;
  const feeAmount =
    fee === undefined ? undefined : BigInt(Math.ceil(fee * n * 1000)) + maxCost({ input, output }, price);
  if (feeAmount !== undefined && rates.outputImage === undefined)
    return { ...unknown, nanoUsd: capAmount(feeAmount) };
  if (each === undefined) return { ...unknown, nanoUsd: feeAmount && capAmount(feeAmount) };
  const tokenAmount = maxCost({ input, output: each * n }, price);
  const nanoUsd = capAmount(feeAmount === undefined || tokenAmount > feeAmount ? tokenAmount : feeAmount);
  return { input, output: each * n, nanoUsd, isByUnit: true };
}

/** Returns the maximum cost of a video of a known length. A video has no output tokens. */
function videoEstimate({ seconds, resolution }: VideoRequest, price: Price | undefined): Estimate {
  const { fees = {} } = price ?? {};
  const fee = resolution === undefined ? maxVideoFee(fees) : fees[`video-second:${resolution}`];
  // A resolution without a fee has the fee `video-second`. Without a resolution, `unit` is only a name for the highest fee.
  const unit = fee === undefined ? 'video-second' : `video-second:${resolution ?? ''}`;
  return { ...byFee(fee === undefined ? fees : { ...fees, [unit]: fee }, unit, seconds), output: 0 };
}

/** Returns the highest fee of a second, for requests in which the vendor chooses the resolution. */
function maxVideoFee(fees: NonNullable<Price['fees']>): number | undefined {
  const seconds = Object.entries(fees).filter(([unit]) => unit.startsWith('video-second'));
  return seconds.length === 0 ? undefined : Math.max(...seconds.map(([, fee]) => fee));
}

/** Returns the highest image fee, for requests in which the vendor chooses the size. */
function maxImageFee(fees: NonNullable<Price['fees']>): number | undefined {
  const images = Object.entries(fees).filter(([unit]) => unit.startsWith('image:'));
  return images.length === 0 ? undefined : Math.max(...images.map(([, fee]) => fee));
}
