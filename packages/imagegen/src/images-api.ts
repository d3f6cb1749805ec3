import {
  LlmError,
  type ImageLimits,
  type ImagePart,
  type ImageRequest,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { asNumber, asRecord, asText, isList, isRecord } from '@majordomo/core/toolkit';
import { extraFor, wireError } from '@majordomo/wire-kit';
import { imageFromBase64, noImage } from './decode-image.ts';
import { readImages, type DrawnImages, type Entry } from './drawn-images.ts';
import { withoutUnset } from './extra.ts';
import { checkSize, parseSize, type SizeRule } from './size.ts';

/** How servers of the images wire (`/images/generations`, `/images/edits`) differ. */
export interface ImagesQuirks {
  /** Said so that bytes come and no URL; GPT image models always send bytes and refuse the field (2026-11). */
  readonly responseFormat: 'b64_json' | 'none';
  /** Is there a seed? The vendor of the wire has none, local servers take it. */
  readonly seed: boolean;
  /** What is drawn. */
  readonly size: SizeRule;
  /** What may be edited; unset: nothing is known, and images are sent as they are. */
  readonly inputs?: ImageLimits | false | undefined;
}

/** Of a server about which nothing is known. */
export const COMPATIBLE_IMAGES: ImagesQuirks = { responseFormat: 'b64_json', seed: true, size: {} };

/** The key of `ImageRequest.extra` for this wire. */
export const IMAGES_WIRE = 'openai-images';

/** A request of the images wire: JSON, or a form where images go with it. */
export interface ImagesCall {
  /** Below the base URL that ends in `/v1`. */
  readonly path: '/images/generations' | '/images/edits';
  readonly body: string | FormData;
  readonly warnings: readonly Warning[];
}

/**
 * A request as the images wire has it: `generations`, or `edits` as soon as there are images. Throws `invalid-request`
 * for a bad size or a mask without an image, `unsupported` for a size that the server does not draw.
 */
export function toImagesCall(
  request: ImageRequest,
  modelId: string,
  quirks: ImagesQuirks,
  target: string,
): ImagesCall {
  const { prompt, n, size, seed, images = [], mask, extra } = request;
  if (size !== undefined) checkSize(parseSize(size), quirks.size, target);
  if (mask !== undefined && images.length === 0) {
    throw new LlmError('invalid-request', 'a mask needs the image that it belongs to', { path: 'mask' });
  }
  const fields = withoutUnset({
    model: modelId,
    prompt,
    n,
    size,
    seed: quirks.seed ? seed : undefined,
    response_format: quirks.responseFormat === 'none' ? undefined : quirks.responseFormat,
    ...extraFor(extra, IMAGES_WIRE, target),
  });
  const warnings = seed === undefined || quirks.seed ? [] : [NO_SEED];
  return images.length === 0
    ? { path: '/images/generations', body: JSON.stringify(fields), warnings }
    : { path: '/images/edits', body: formOf(fields, images, mask), warnings };
}

const NO_SEED: Warning = { action: 'dropped', what: 'seed', why: 'this images wire has none' };

/** One image is `image`, several are `image[]`, as the SDK of the wire names them (openai 7.55). */
function formOf(
  fields: Readonly<Record<string, unknown>>,
  images: readonly ImagePart[],
  mask: ImagePart | undefined,
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
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
 * The images of an answer, with fewer than asked for as a warning. Throws `protocol` for what is not such an answer,
 * `unsupported` for one of URLs, which are never fetched, and a reported error as what it is.
 */
export function fromImagesBody(json: unknown, asked: number, target: string): DrawnImages {
  if (!isRecord(json)) throw noImage({ target, path: '' }, 'is not an object');
  const { data, usage, error } = json;
  if (error !== undefined && error !== null) throw reported(error, target);
  if (!isList(data)) throw noImage({ target, path: 'data' }, 'is not a list');
  const entries = data.map((entry, index): Entry => () => {
    const path = `data[${index}]`;
    const { b64_json: base64, url } = asRecord(entry);
    // Servers that send every field say null, or nothing at all.
    const isMissing = base64 === undefined || base64 === null || base64 === '';
    if (isMissing && typeof url === 'string' && !url.startsWith('data:')) throw urlOnly(target);
    return imageFromBase64(isMissing ? url : base64, { target, path: `${path}.b64_json` });
  });
  return { target, ...readImages(entries, asked, target), usage: usageOf(usage) };
}

const urlOnly = (target: string): LlmError =>
  new LlmError('unsupported', `${target} gave a URL instead of an image, and URLs are not fetched`, {
    target,
    code: 'url-only',
  });

function reported(error: unknown, target: string): LlmError {
  const { message, code, type } = isRecord(error) ? error : { message: error };
  const [words, codeWord, typeWord] = [message, code, type].map(asText);
  return wireError({ target, message: words, code: codeWord, type: typeWord, body: { error } });
}

function usageOf(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const inputImage = asNumber(asRecord(raw['input_tokens_details'])['image_tokens']);
  const outputImage = asNumber(asRecord(raw['output_tokens_details'])['image_tokens']);
  const details =
    inputImage === undefined && outputImage === undefined ? undefined : { inputImage, outputImage };
  return {
    input: asNumber(raw['input_tokens']),
    output: asNumber(raw['output_tokens']),
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
    details,
  };
}
