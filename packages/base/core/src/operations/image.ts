import type { Operation } from '../call/contract.ts';
import { fitImages, type FittedMessages, imagesIn } from '../prepare/media.ts';
import { invalidError, unsupportedError } from '../prepare/validate.ts';
import { UNKNOWN_USAGE } from '../stream/usage.ts';
import { LlmError } from '../types/llm-error.ts';
import { type ImagePart, user } from '../types/messages.ts';
import type { ImageRequest, ImageResponse, ImageStreamEvent } from '../types/operations.ts';
import type { ImageBackend, MediaFitter, ModelContext } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { anything, bytes, filledText, integer, list, matching, open } from '../util/checks.ts';
import {
  prepareSingle,
  prepareStreamed,
  type StreamItem,
  type SingleRequest,
  type StreamedRequest,
  requestCheck,
} from './single-response.ts';

type BackendResponse = Omit<ImageResponse, 'attempts'>;
type Scope = { readonly signal: AbortSignal };

/** Item of a streamed image. */
type ImageItem = Extract<ImageStreamEvent, { readonly type: 'partial' }>;

/** Event of the operation that generates images. */
export type ImageEvent = StreamItem<ImageItem> | BackendResponse;

/**
 * Creates the operation that generates images. Input images are adapted to each target. `isStreamed` states whether the caller reads
 * preliminary images.
 */
export function imageOperation(
  request: ImageRequest,
  media: MediaFitter | undefined,
  isStreamed: boolean,
): Operation<ImageEvent, ImageResponse> {
  return {
    type: 'image',
    validate: () => {
      validate(request);
      if (isStreamed && (request.n ?? 1) > 1)
        throw invalidError('n', 'must be 1 or absent for a stream; call generate for several images');
    },
    async prepare({ key, provider, modelId }, scope) {
      const backend = provider.imageModel?.(modelId);
      if (backend === undefined) throw unsupportedError(key, 'does not generate images');
      const { images, warnings } = await fitInputs(request, backend, media, key, scope);
      const single = singleRequest(key, backend, { ...request, images }, warnings);
      return isStreamed && backend.generateStream !== undefined
        ? prepareStreamed(streamedRequest(backend, { ...request, images }, single))
        : prepareSingle(single);
    },
  };
}

const imageWithBytes = open({ bytes });

const checkMembers = requestCheck<ImageRequest>(
  { prompt: filledText },
  {
    n: integer(1),
    size: matching(/^[1-9]\d*x[1-9]\d*$/, 'must be like 512x768'),
    seed: anything,
    images: list(imageWithBytes),
    mask: imageWithBytes,
    extra: anything,
  },
);

function validate(request: ImageRequest): void {
  checkMembers(request);
  if (request.mask !== undefined && (request.images ?? []).length === 0)
    throw invalidError('mask', 'requires an input image');
}

async function fitInputs(
  { images, mask }: ImageRequest,
  { images: limits }: ImageBackend,
  media: MediaFitter | undefined,
  target: string,
  scope: Scope,
): Promise<{ readonly images: readonly ImagePart[] | undefined; readonly warnings: readonly Warning[] }> {
  if (images === undefined || images.length === 0) return { images, warnings: [] };
  if (limits === false) throw unsupportedError(target, 'does not accept input images');
  const fit = (parts: readonly ImagePart[]): Promise<FittedMessages> =>
    fitImages([user(parts)], limits, media, target, scope);
  const { messages, warnings } = await fit(images);
  const fitting = imagesIn(messages);
  if (mask !== undefined) {
    const [fittingMask] = imagesIn((await fit([mask])).messages);
    // A fitter that changes an image returns other bytes.
    if (fittingMask?.bytes !== mask.bytes || fitting[0]?.bytes !== images[0]?.bytes) throw maskError(target);
  }
  return { images: fitting, warnings };
}

/** Returns the error for an image or a mask above the target's limits. Neither is resized, because their pixels correspond. */
const maskError = (target: string): LlmError =>
  unsupportedError(
    target,
    'does not accept this image and mask, which are not resized or converted; send images within its limits',
    {
      path: 'mask',
      code: 'too-large',
    },
  );

function singleRequest(
  target: string,
  backend: ImageBackend,
  payload: ImageRequest,
  warnings: readonly Warning[],
): SingleRequest<BackendResponse, ImageResponse> {
  return {
    target,
    payload,
    capabilities: { images: backend.images },
    timeouts: backend.timeouts,
    warnings,
    send: (context) => backend.generate(payload, context),
    fault: ({ images }) =>
      images.length === 0 ? new LlmError('empty', `${target} returned no image`) : undefined,
    usage: (response) => withUnits(response, payload),
    // An `ImageResponse` has no spec.
    result: ({ images }, { spec: _spec, ...common }) => ({ images, ...common }),
  };
}

/** Adds the stream of preliminary images, of which the last one is the best. */
const streamedRequest = (
  backend: ImageBackend,
  payload: ImageRequest,
  single: SingleRequest<BackendResponse, ImageResponse>,
): StreamedRequest<BackendResponse, ImageResponse, ImageItem> => ({
  ...single,
  stream: (context) => streamImages(backend, payload, context),
  partialOf: (items) => ({ parts: items.slice(-1).map(({ image }) => image), text: '' }),
});

/** Yields the events of a backend. Not a method of `streamedRequest`, which V8 would keep in memory; see `sendSingle`. */
async function* streamImages(
  backend: ImageBackend,
  payload: ImageRequest,
  context: ModelContext,
): AsyncGenerator<ImageEvent, void> {
  let index = 0;
  for await (const step of backend.generateStream?.(payload, context) ?? []) {
    if ('partial' in step) yield { item: { type: 'partial', index: index++, image: step.partial } };
    else yield step;
  }
}

/**
 * Adds the number of images to the usage, because some vendors bill by the number and size of images. A response without images is a
 * failure that the vendor may bill, so its usage is only what the vendor reported.
 */
function withUnits({ images, usage }: BackendResponse, { size }: ImageRequest): Usage | undefined {
  if (images.length === 0) return usage;
  const units = { [size === undefined ? 'image' : `image:${size}`]: images.length };
  return { ...(usage ?? UNKNOWN_USAGE), details: { units, ...usage?.details } };
}
