import {
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type ModelContext,
  type Warning,
} from '@majordomo/core';
import { asNumber, asRecord, asText, isList, isRecord, toBase64 } from '@majordomo/core/toolkit';
import { extraFor, wireError } from '@majordomo/wire-kit';
import { noImage, imageFromBase64 } from './decode-image.ts';
import { readImages, type DrawnImages, type Entry } from './drawn-images.ts';
import { withoutUnset } from './extra.ts';
import { parseSize } from './size.ts';

/** The key of `ImageRequest.extra` for this wire: `steps`, `cfg_scale`, `negative_prompt`, `sampler_name` go there. */
export const TXT2IMG_WIRE = 'sdapi-txt2img';

/** A request of the Stable Diffusion web UI's wire, which local servers speak too. */
export interface Txt2ImgCall {
  /** Below the origin. */
  readonly path: '/sdapi/v1/txt2img' | '/sdapi/v1/img2img';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts a JSON text to a path below the origin and gives the parsed answer; throws what the server refused. */
export type PostTxt2Img = (
  path: Txt2ImgCall['path'],
  body: string,
  context: ModelContext,
) => Promise<unknown>;

/** An image model of this wire over whatever transport a provider has. */
export const txt2imgModel = (modelId: string, post: PostTxt2Img): ImageBackend => ({
  id: modelId,
  async generate(request, context) {
    const { path, body } = toTxt2ImgCall(request, modelId, context.target);
    const answer = await post(path, JSON.stringify(body), context);
    return fromTxt2ImgBody(answer, drawnBy(body), context.target);
  },
});

/** Batches of a size, either of which the caller may have set by `extra`. */
const drawnBy = ({ batch_size: size, n_iter: batches }: Txt2ImgCall['body']): number =>
  (asNumber(size) ?? 1) * (asNumber(batches) ?? 1);

/**
 * `txt2img`, or `img2img` as soon as there are images. With a seed and `n` above 1 the server draws seed, seed + 1, …:
 * that is what a batch means on this wire. `model` is for a proxy that picks the server by it.
 */
export function toTxt2ImgCall(request: ImageRequest, modelId: string, target: string): Txt2ImgCall {
  const { prompt, n, size, seed, images = [], mask, extra } = request;
  if (mask !== undefined && images.length === 0) {
    throw new LlmError('invalid-request', 'a mask needs the image that it belongs to', { path: 'mask' });
  }
  const { width, height } = size === undefined ? {} : parseSize(size);
  const body = withoutUnset({
    model: modelId,
    prompt,
    width,
    height,
    seed,
    batch_size: n,
    init_images: images.length === 0 ? undefined : images.map(({ bytes }) => toBase64(bytes)),
    mask: mask === undefined ? undefined : toBase64(mask.bytes),
    ...extraFor(extra, TXT2IMG_WIRE, target),
  });
  return { path: images.length === 0 ? '/sdapi/v1/txt2img' : '/sdapi/v1/img2img', body };
}

/**
 * The images of an answer; the wire tells no usage. What the web UI puts in front of them (a grid) and extensions put
 * behind (maps, masks) is left out, the latter with a warning: nobody asked for it.
 */
export function fromTxt2ImgBody(json: unknown, asked: number, target: string): DrawnImages {
  if (!isRecord(json)) throw noImage({ target, path: '' }, 'is not an object');
  const { images, error, detail, info } = json;
  if (!isList(images)) {
    const said = [error, detail].map(asText).find((text) => text !== undefined);
    if (said !== undefined) throw wireError({ target, message: said, body: json });
    throw noImage({ target, path: 'images' }, 'is not a list');
  }
  const first = firstImage(info);
  const entries = images.slice(first, first + asked).map(
    (text: unknown, index): Entry =>
      () =>
        imageFromBase64(text, { target, path: `images[${index + first}]` }),
  );
  const { images: drawn, warnings } = readImages(entries, asked, target);
  const behind = Math.max(0, images.length - first - asked);
  return { target, images: drawn, warnings: [...warnings, ...unasked(behind)], usage: undefined };
}

/** `info` is a JSON text; in front of this index stands a grid. */
function firstImage(info: unknown): number {
  try {
    return asNumber(asRecord(JSON.parse(asText(info) ?? '{}'))['index_of_first_image']) ?? 0;
  } catch {
    return 0;
  }
}

const unasked = (count: number): readonly Warning[] =>
  count === 0
    ? []
    : [
        {
          action: 'dropped',
          what: `${count} more images`,
          why: 'the server added them behind those asked for',
        },
      ];
