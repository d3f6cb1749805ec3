import { LlmError, type ImagePart, type ImageRequest, type Warning } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { extraFor } from '@majordomo/wire-kit';
import { noImage, imageFromBase64, imageFromBytes, type ImageLocation } from './decode-image.ts';
import { withoutUnset } from './extra.ts';
import { checkSize, parseSize, type SizeRule } from './size.ts';

/** How models behind one `run(model, input)` differ; each draws one image a call. */
export interface RunQuirks {
  /** `form`: the newer models take a multipart form, with images as files. */
  readonly input: 'object' | 'form';
  /** What is drawn; `false`: the model has no field for it. */
  readonly size: SizeRule | false;
  /** Has the model a field for it? */
  readonly seed: boolean;
  /** Images to start from, at most. */
  readonly images: number;
  /** A mask, as a list of bytes. */
  readonly mask: boolean;
}

/** The key of `ImageRequest.extra` for this wire: `steps`, `num_steps`, `guidance`, `negative_prompt` go there. */
export const RUN_WIRE = 'workersai-run';

/** The input of one run, and what the model could not be told. */
export interface RunCall {
  readonly input: Readonly<Record<string, unknown>> | FormData;
  readonly warnings: readonly Warning[];
}

/** One image's request; `n` is the caller's to spread over calls. What the model has no field for is dropped aloud. */
export function toRunCall(request: ImageRequest, quirks: RunQuirks, target: string): RunCall {
  const { prompt, size, seed, images = [], mask, extra } = request;
  if (images.length > quirks.images || (mask !== undefined && !quirks.mask)) {
    const takes = quirks.images === 0 ? 'no images' : `at most ${quirks.images} images`;
    throw new LlmError('unsupported', `${target} takes ${takes}${quirks.mask ? '' : ' and no mask'}`, {
      target,
    });
  }
  const wanted = size === undefined ? undefined : parseSize(size);
  if (wanted !== undefined && quirks.size !== false) checkSize(wanted, quirks.size, target);
  const { width, height } = quirks.size === false ? {} : (wanted ?? {});
  const warnings = [
    ...(wanted !== undefined && quirks.size === false ? [dropped('size')] : []),
    ...(seed !== undefined && !quirks.seed ? [dropped('seed')] : []),
  ];
  const more = extraFor(extra, RUN_WIRE, target);
  const fields = { prompt, width, height, seed: quirks.seed ? seed : undefined };
  const input =
    quirks.input === 'form'
      ? formOf(withoutUnset({ ...fields, ...more }), images)
      : withoutUnset({ ...fields, ...pictures(images, mask), ...more });
  return { input, warnings };
}

const dropped = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this model has no field for it',
});

function pictures([image]: readonly ImagePart[], mask: ImagePart | undefined): object {
  return {
    image_b64: image === undefined ? undefined : toBase64(image.bytes),
    mask: mask === undefined ? undefined : [...mask.bytes],
  };
}

function formOf(fields: Readonly<Record<string, unknown>>, images: readonly ImagePart[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const [index, { bytes, mediaType }] of images.entries()) {
    form.append(`input_image_${index}`, new Blob([new Uint8Array(bytes)], { type: mediaType }));
  }
  return form;
}

/**
 * The image in what a run gave: bytes, a stream of them, base64, or an object with one of these as `image`, `data` or
 * `result`. Throws `protocol` for anything else.
 */
export async function imageFromRun(output: unknown, location: ImageLocation): Promise<ImagePart> {
  if (typeof output === 'string') return imageFromBase64(output, location);
  if (output instanceof Uint8Array) return imageFromBytes(output, location);
  if (output instanceof ArrayBuffer) return imageFromBytes(new Uint8Array(output), location);
  if (isStream(output))
    return imageFromBytes(new Uint8Array(await new Response(output).arrayBuffer()), location);
  if (typeof output === 'object' && output !== null) {
    const { image, data, result }: { image?: unknown; data?: unknown; result?: unknown } = output;
    const inner = image ?? data ?? result;
    if (inner !== undefined && inner !== null) return imageFromRun(inner, location);
  }
  throw noImage(location, 'holds no image');
}

const isStream = (value: unknown): value is ReadableStream<Uint8Array<ArrayBuffer>> =>
  typeof value === 'object' && value !== null && 'getReader' in value;
