import {
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type ModelContext,
  type Warning,
} from '@majordomo/core';
import {
  asNumber,
  asRecord,
  asText,
  definedMembers,
  isList,
  isRecord,
  toBase64,
} from '@majordomo/core/toolkit';
import { extraFor, tryParseJson, wireError } from '@majordomo/wire-kit';
import { imageError, imageFromBase64 } from './decode-image.ts';
import { decodeImages, type GeneratedImages, type ImageDecoder } from './generated-images.ts';
import { droppedSettings } from './extra.ts';
import { parseSize } from './size.ts';

/** Key of `ImageRequest.extra` for this wire. Its settings include `steps`, `cfg_scale`, `negative_prompt` and `sampler_name`. */
const TXT2IMG_WIRE = 'sdapi-txt2img';

/** Request in the format of the Stable Diffusion web UI, which other local servers also accept. */
export interface Txt2ImgCall {
  /** Path below the origin. */
  readonly path: '/sdapi/v1/txt2img' | '/sdapi/v1/img2img';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Function that posts JSON to a path below the origin and returns the parsed response. Throws for an error response. */
export type PostTxt2Img = (
  path: Txt2ImgCall['path'],
  body: string,
  context: ModelContext,
) => Promise<unknown>;

/** Creates an image model that uses this wire. `post` sends the requests. */
export const txt2imgModel = (modelId: string, post: PostTxt2Img): ImageBackend => ({
  id: modelId,
  async generate(request, context) {
    const { path, body } = toTxt2ImgCall(request, modelId, context.target);
    const answer = await post(path, JSON.stringify(body), context);
    const generated = fromTxt2ImgBody(answer, imageCount(body), context.target);
    return { ...generated, warnings: [...droppedSettings(request), ...generated.warnings] };
  },
});

/** Returns the number of images that the body requests. The caller may have changed this number with `extra`. */
const imageCount = ({ batch_size: size, n_iter: batches }: Txt2ImgCall['body']): number =>
  (asNumber(size) ?? 1) * (asNumber(batches) ?? 1);

/**
 * Converts a request to a `txt2img` call, or to an `img2img` call if the request contains images. For several images, the server
 * uses the seeds `seed`, `seed + 1`, and so on. The body contains `model`, because a proxy may select the server by it.
 */
export function toTxt2ImgCall(request: ImageRequest, modelId: string, target: string): Txt2ImgCall {
  const { prompt, n, size, seed, images = [], mask, extra } = request;
  if (mask !== undefined && images.length === 0) {
    throw new LlmError('invalid-request', 'mask requires an image; add one to images', { path: 'mask' });
  }
  const { width, height } = size === undefined ? {} : parseSize(size);
  const body = definedMembers({
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
 * Decodes the images of a response. Omits the overview grid that the web UI adds before the images. Also omits images that
 * extensions add after the requested images, with a warning. The wire reports no usage.
 */
export function fromTxt2ImgBody(json: unknown, requested: number, target: string): GeneratedImages {
  if (!isRecord(json)) throw imageError({ target, path: '' }, 'is not an object');
  const { images, error, detail, info } = json;
  if (!isList(images)) {
    const message = [error, detail].map(asText).find((text) => text !== undefined);
    if (message !== undefined) throw wireError({ target, message, body: json });
    throw imageError({ target, path: 'images' }, 'is not an array');
  }
  const first = firstImage(info);
  const entries = images.slice(first, first + requested).map(
    (text: unknown, index): ImageDecoder =>
      () =>
        imageFromBase64(text, { target, path: `images[${index + first}]` }),
  );
  const { images: decoded, warnings } = decodeImages(entries, requested, target);
  const excess = Math.max(0, images.length - first - requested);
  return { target, images: decoded, warnings: [...warnings, ...additionalImages(excess)], usage: undefined };
}

/** Returns the index of the first image after the overview grid. `info` is a string that contains JSON. */
const firstImage = (info: unknown): number =>
  asNumber(asRecord(tryParseJson(asText(info) ?? ''))['index_of_first_image']) ?? 0;

const additionalImages = (count: number): readonly Warning[] =>
  count === 0
    ? []
    : [
        {
          action: 'dropped',
          what: `additional images (${count})`,
          why: 'the server sent more images than requested',
        },
      ];
