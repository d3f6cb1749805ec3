import {
  LlmError,
  type ImageLimits,
  type ImagePart,
  type ImageRequest,
  type Usage,
  type Warning,
} from '@majordomo/core';
import {
  asNumber,
  asRecord,
  asText,
  definedMembers,
  isList,
  isRecord,
  UNKNOWN_USAGE,
} from '@majordomo/core/toolkit';
import { extraFor, sseMessages, wireError } from '@majordomo/wire-kit';
import { parseJson, servedBy } from '@majordomo/wire-kit/internal';
import { imageFromBase64, imageError } from './decode-image.ts';
import { decodeImages, type GeneratedImages, type ImageDecoder } from './generated-images.ts';
import { IMAGES_WIRE } from './extra.ts';
import { formWith } from './form.ts';
import { checkSize, parseSize, type SizeRule } from './size.ts';

/** Differences between servers of the images wire (`/images/generations`, `/images/edits`). */
export interface ImagesQuirks {
  /** Value of `response_format` that requests bytes, not a URL. `none`: not sent, as GPT image models reject it (2026-11). */
  readonly responseFormat: 'b64_json' | 'none';
  /** Whether the server accepts a seed. OpenAI does not accept a seed, but local servers do. */
  readonly seed: boolean;
  /** Sizes that the server accepts. */
  readonly size: SizeRule;
  /** Whether the server streams preliminary images. @default false */
  readonly streams?: boolean | undefined;
  /** Limits of the images to edit; `false` if the server accepts no images. Without limits, images are sent unchanged. */
  readonly inputs?: ImageLimits | false | undefined;
}

/** Default `ImagesQuirks`, for unknown servers. */
export const COMPATIBLE_IMAGES: ImagesQuirks = { responseFormat: 'b64_json', seed: true, size: {} };

/** Request of the images wire: JSON, or a form if the request contains images. */
export interface ImagesCall {
  /** Path below the base URL, which ends in `/v1`. */
  readonly path: '/images/generations' | '/images/edits';
  readonly body: string | FormData;
  readonly warnings: readonly Warning[];
}

/**
 * Converts a request to a call of `/images/generations`, or of `/images/edits` if the request contains images. Throws
 * `invalid-request` for an invalid size or a mask without an image, and `unsupported` for a size that the server does not accept.
 */
export function toImagesCall(
  request: ImageRequest,
  modelId: string,
  quirks: ImagesQuirks,
  target: string,
  isStreamed = false,
): ImagesCall {
  const { prompt, n, size, seed, images = [], mask, extra } = request;
  if (size !== undefined) checkSize(parseSize(size), quirks.size, target);
  if (mask !== undefined && images.length === 0) {
    throw new LlmError('invalid-request', 'mask requires an image; add one to images', { path: 'mask' });
  }
  const fields = definedMembers({
    model: modelId,
    prompt,
    n,
    size,
    seed: quirks.seed ? seed : undefined,
    response_format: quirks.responseFormat === 'none' ? undefined : quirks.responseFormat,
    stream: isStreamed ? true : undefined,
    partial_images: isStreamed ? PARTIAL_IMAGES : undefined,
    ...extraFor(extra, IMAGES_WIRE, target),
  });
  const warnings = seed === undefined || quirks.seed ? [] : [NO_SEED];
  return images.length === 0
    ? { path: '/images/generations', body: JSON.stringify(fields), warnings }
    : { path: '/images/edits', body: formOf(fields, images, mask), warnings };
}

/** Number of preliminary images to request, of at most 3. Each costs about 100 output tokens. `extra` can change the number. */
const PARTIAL_IMAGES = 2;

const NO_SEED: Warning = { action: 'dropped', what: 'seed', why: 'this API does not support a seed' };

/** Returns the form of an edit. One image is sent as `image`, several images as `image[]`, as in OpenAI's SDK (openai 7.55). */
function formOf(
  fields: Readonly<Record<string, unknown>>,
  images: readonly ImagePart[],
  mask: ImagePart | undefined,
): FormData {
  const form = formWith(fields);
  const field = images.length === 1 ? 'image' : 'image[]';
  for (const [index, image] of images.entries()) attach(form, field, image, `image-${index + 1}`);
  if (mask !== undefined) attach(form, 'mask', mask, 'mask');
  return form;
}

function attach(form: FormData, field: string, { bytes, mediaType }: ImagePart, name: string): void {
  const file = new Blob([new Uint8Array(bytes)], { type: mediaType });
  form.append(field, file, `${name}.${mediaType.split('/')[1] ?? 'png'}`);
}

/**
 * Decodes the images of a response. If some images are missing or invalid, the result has a warning. Throws the error that the
 * server reported. If no image is valid, throws `protocol`, or `unsupported` for a URL, because URLs are not fetched.
 */
export function fromImagesBody(
  json: unknown,
  requested: number,
  target: string,
  headers?: Headers,
): GeneratedImages {
  if (!isRecord(json)) throw imageError({ target, path: '' }, 'is not an object');
  const { data, usage, error } = json;
  if (error !== undefined && error !== null) throw reportedError(error, target);
  if (!isList(data)) throw imageError({ target, path: 'data' }, 'is not an array');
  const entries = data.map((entry, index): ImageDecoder => () => {
    const path = `data[${index}]`;
    const { b64_json: base64, url } = asRecord(entry);
    // Some servers send every field, using null or an empty string for missing data.
    const isMissing = base64 === undefined || base64 === null || base64 === '';
    if (isMissing && typeof url === 'string' && !url.startsWith('data:'))
      throw urlError(target, usageOf(usage));
    return imageFromBase64(isMissing ? url : base64, { target, path: `${path}.b64_json` });
  });
  const images = decodeImages(entries, requested, target);
  return { target, ...servedBy(IMAGES_WIRE, json, headers), ...images, usage: usageOf(usage) };
}

/** Creates the error for an image that is a URL. The error has a partial response, because the vendor bills the image. */
const urlError = (target: string, usage: Usage | undefined): LlmError =>
  new LlmError('unsupported', `${target} returned a URL instead of an image; use another target`, {
    target,
    code: 'url-only',
    partial: { id: undefined, target, parts: [], text: '', usage },
  });

/**
 * Yields the preliminary images of a streamed response, then the response. Throws the error that the server reported. A preliminary
 * image that cannot be decoded is left out, because the complete image follows. A server that does not stream returns JSON. Only
 * requests for one image are streamed. If the stream ends before the complete image, no response is yielded.
 */
export async function* fromImagesStream(
  response: Response,
  target: string,
): AsyncGenerator<{ readonly partial: ImagePart } | GeneratedImages> {
  const { body, headers } = response;
  if (body === null || /json/.test(headers.get('content-type') ?? '')) {
    yield fromImagesBody(await response.json(), 1, target, headers);
    return;
  }
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (/^text\/(?!event-stream)/.test(type)) {
    await body.cancel();
    throw imageError({ target, path: '' }, `is ${type} instead of events`);
  }
  for await (const { data } of sseMessages(body)) {
    const event = asRecord(parseJson(data, target));
    const { type, b64_json: base64, error } = event;
    if (type === 'error' || isRecord(error)) throw reportedError(error ?? event, target);
    if (/\.partial_image$/.test(String(type))) {
      const partial = partialImage(base64, target);
      if (partial !== undefined) yield { partial };
    }
    if (/\.completed$/.test(String(type))) {
      yield fromImagesBody({ ...event, data: [{ b64_json: base64 }] }, 1, target, headers);
      return;
    }
  }
}

function partialImage(base64: unknown, target: string): ImagePart | undefined {
  try {
    return imageFromBase64(base64, { target, path: 'b64_json' });
  } catch (error) {
    if (!LlmError.is(error, 'protocol')) throw error;
    return undefined;
  }
}

function reportedError(error: unknown, target: string): LlmError {
  const { message, code, type } = isRecord(error) ? error : { message: error };
  const facts = { message: asText(message), code: asText(code), type: asText(type) };
  return wireError({ target, ...facts, body: { error } });
}

function usageOf(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const inputImage = asNumber(asRecord(raw['input_tokens_details'])['image_tokens']);
  const output = asNumber(raw['output_tokens']);
  // Without details, as in a streamed response, all output tokens are tokens of the image (types of openai 7.55).
  const outputImage = asNumber(asRecord(raw['output_tokens_details'])['image_tokens']) ?? output;
  const details =
    inputImage === undefined && outputImage === undefined ? undefined : { inputImage, outputImage };
  return { ...UNKNOWN_USAGE, input: asNumber(raw['input_tokens']), output, details };
}
