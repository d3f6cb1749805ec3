import type { Operation } from '../call/call.ts';
import { fitImages, type FittedMessages, imagesIn } from '../prepare/media.ts';
import { checkInteger } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { LlmError } from '../types/llm-error.ts';
import { type ImagePart, user } from '../types/messages.ts';
import type { ImageRequest, ImageResponse } from '../types/operations.ts';
import type { ImageBackend, MediaFitter } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { InOnePiece, invalid, UNKNOWN_TOKENS, type Question } from './single-response.ts';

/** What a backend gives: one event, content and finish in one. */
type Drawn = Omit<ImageResponse, 'attempts'>;
type Scope = { readonly signal: AbortSignal };

/** Pictures, asked of each target with the pictures to start from made to fit it. */
export function imageOperation(
  request: ImageRequest,
  media: MediaFitter | undefined,
): Operation<Drawn, ImageResponse> {
  return {
    type: 'image',
    validate: () => {
      validate(request);
    },
    async prepare(place, scope) {
      const backend = backendAt(place);
      const { images, warnings } = await fitted(request, backend, media, place.key, scope);
      return new InOnePiece(picture(place.key, backend, { ...request, images }, warnings));
    },
  };
}

function validate({ prompt, n, size, images = [], mask }: ImageRequest): void {
  if (prompt.trim() === '') throw invalid('prompt', 'must not be empty');
  checkInteger(n, 'n');
  if (size !== undefined && !/^[1-9]\d*x[1-9]\d*$/.test(size)) {
    throw invalid('size', `must be like 512x768, not "${size}"`);
  }
  for (const [index, { bytes }] of images.entries()) {
    if (!(bytes instanceof Uint8Array)) throw invalid(`images[${index}].bytes`, 'must be a Uint8Array');
  }
  if (mask === undefined) return;
  if (!(mask.bytes instanceof Uint8Array)) throw invalid('mask.bytes', 'must be a Uint8Array');
  if (images.length === 0) throw invalid('mask', 'needs the image that it belongs to');
}

function backendAt({ key, provider, modelId }: Target): ImageBackend {
  const backend = provider.imageModel?.(modelId);
  if (backend === undefined) throw new LlmError('unsupported', `${key} draws no images`, { target: key });
  return backend;
}

async function fitted(
  { images, mask }: ImageRequest,
  { images: limits }: ImageBackend,
  media: MediaFitter | undefined,
  target: string,
  scope: Scope,
): Promise<{ readonly images: readonly ImagePart[] | undefined; readonly warnings: readonly Warning[] }> {
  if (images === undefined || images.length === 0) return { images, warnings: [] };
  if (limits === false) throw new LlmError('unsupported', `${target} takes no images`, { target });
  const fit = (parts: readonly ImagePart[]): Promise<FittedMessages> =>
    fitImages([user('', parts)], limits, media, target, scope);
  const { messages, warnings } = await fit(images);
  const fitting = imagesIn(messages);
  if (mask !== undefined) {
    const [kept] = imagesIn((await fit([mask])).messages);
    if (kept?.bytes !== mask.bytes || fitting[0]?.bytes !== images[0]?.bytes) throw unmasked(target);
  }
  return { images: fitting, warnings };
}

/** A mask fits its picture pixel by pixel: neither may have been changed, or be in need of it. */
const unmasked = (target: string): LlmError =>
  new LlmError(
    'unsupported',
    `${target} cannot take the image and its mask as they are; with a mask neither is changed`,
    { target, path: 'mask', code: 'too-large' },
  );

function picture(
  target: string,
  backend: ImageBackend,
  payload: ImageRequest,
  warnings: readonly Warning[],
): Question<Drawn, ImageResponse> {
  return {
    target,
    payload,
    capabilities: { images: backend.images },
    timeouts: backend.timeouts,
    warnings,
    ask: (context) => backend.generate(payload, context),
    fault: ({ images }) =>
      images.length === 0 ? new LlmError('empty', `${target} gave no image`, { target }) : undefined,
    usage: (drawn) => withUnits(drawn, payload),
    result: (drawn, prepared, { attempts }) => ({
      target,
      images: drawn.images,
      warnings: [...prepared, ...drawn.warnings],
      usage: withUnits(drawn, payload),
      attempts,
    }),
  };
}

/** Pictures are billed by their number and size where no tokens are: what was asked for, as often as it came. */
function withUnits({ images, usage }: Drawn, { size }: ImageRequest): Usage {
  const units = { [size === undefined ? 'image' : `image:${size}`]: images.length };
  return { ...(usage ?? UNKNOWN_TOKENS), details: { units, ...usage?.details } };
}
