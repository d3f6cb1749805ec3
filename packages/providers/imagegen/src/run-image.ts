import { LlmError, type ImagePart, type ImageRequest, type Warning } from '@majordomo/core';
import { definedMembers, toBase64 } from '@majordomo/core/toolkit';
import { extraFor } from '@majordomo/wire-kit';
import { imageError, imageFromBase64, imageFromBytes, type ImageLocation } from './decode-image.ts';
import { droppedSettings } from './extra.ts';
import { formWith } from './form.ts';
import { checkSize, parseSize, type SizeRule } from './size.ts';

/** Differences between models that are called with `run(model, input)`. Each call returns one image. */
export interface RunQuirks {
  /** Format of the input: `object`, or `form` for a multipart form with images as files, which newer models require. */
  readonly input: 'object' | 'form';
  /** Sizes that the model accepts. `false`: the model has no field for a size. */
  readonly size: SizeRule | false;
  /** Whether the model accepts a seed. */
  readonly seed: boolean;
  /** Maximum number of input images. */
  readonly images: number;
  /** Whether the model accepts a mask. Only the input `object` has a field for a mask, an array of bytes. */
  readonly mask: boolean;
}

/** Key of `ImageRequest.extra` for this wire. Its settings include `steps`, `num_steps`, `guidance` and `negative_prompt`. */
const RUN_WIRE = 'workersai-run';

/** Input of one run, with warnings about settings that the model does not accept. */
export interface RunCall {
  readonly input: Readonly<Record<string, unknown>> | FormData;
  readonly warnings: readonly Warning[];
}

/**
 * Converts a request to a run. Drops a size or seed for which the model has no field, with a warning. Throws `unsupported` for
 * images, a mask or a size that the model does not accept, and `invalid-request` for an invalid size.
 */
export function toRunCall(request: ImageRequest, quirks: RunQuirks, target: string): RunCall {
  const { prompt, size, seed, images = [], mask, extra } = request;
  const acceptsMask = mask === undefined || quirks.mask;
  if (images.length > quirks.images || !acceptsMask) {
    const takes = quirks.images === 0 ? 'no images' : `at most ${quirks.images} image(s)`;
    throw new LlmError(
      'unsupported',
      `${target} accepts ${takes}${quirks.mask ? '' : ' and no mask'}; remove the unsupported inputs, or use another target`,
      { target },
    );
  }
  const requestedSize = size === undefined ? undefined : parseSize(size);
  if (requestedSize !== undefined && quirks.size !== false) checkSize(requestedSize, quirks.size, target);
  const { width, height } = quirks.size === false ? {} : (requestedSize ?? {});
  const warnings = [
    ...(requestedSize !== undefined && quirks.size === false ? [droppedSetting('size')] : []),
    ...(seed !== undefined && !quirks.seed ? [droppedSetting('seed')] : []),
    ...droppedSettings(request),
  ];
  const more = extraFor(extra, RUN_WIRE, target);
  const fields = { prompt, width, height, seed: quirks.seed ? seed : undefined };
  const input =
    quirks.input === 'form'
      ? formOf(definedMembers({ ...fields, ...more }), images)
      : definedMembers({ ...fields, ...imageFields(images, mask), ...more });
  return { input, warnings };
}

const droppedSetting = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this model does not support it',
});

/** Returns the fields of an object for an image and a mask. Models with this format accept at most one image. */
function imageFields([image]: readonly ImagePart[], mask: ImagePart | undefined): object {
  return {
    image_b64: image === undefined ? undefined : toBase64(image.bytes),
    mask: mask === undefined ? undefined : [...mask.bytes],
  };
}

function formOf(fields: Readonly<Record<string, unknown>>, images: readonly ImagePart[]): FormData {
  const form = formWith(fields);
  for (const [index, { bytes, mediaType }] of images.entries()) {
    form.append(`input_image_${index}`, new Blob([new Uint8Array(bytes)], { type: mediaType }));
  }
  return form;
}

/**
 * Decodes the output of a run: bytes, a stream of bytes, base64, or an object with one of these in `image`, `data` or `result`.
 * Throws `protocol` for any other output.
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
  throw imageError(location, 'contains no image');
}

const isStream = (value: unknown): value is ReadableStream<Uint8Array<ArrayBuffer>> =>
  typeof value === 'object' && value !== null && 'getReader' in value;
