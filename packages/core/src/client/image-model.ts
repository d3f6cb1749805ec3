import { LlmError } from '../contract/llm-error.ts';
import type { Target } from '../chain/call.ts';
import type { CallOptions } from '../contract/call.ts';
import type { ImageModel, ImageRequest, ImageResponse } from '../contract/image.ts';
import { user } from '../contract/message.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { MediaFitter } from '../contract/media.ts';
import type { ImagePart } from '../contract/part.ts';
import type { ImageBackend, Model, ModelContext, Provider } from '../contract/provider.ts';
import { checkWholeNumber } from '../prepare/whole-number.ts';
import { fitImages, imagesIn } from '../prepare/media.ts';
import type { Place } from '../resolve/resolve.ts';
import { drain, walk, type Home, type Operation } from './chat-model.ts';

type Drawn = Omit<ImageResponse, 'attempts'>;

/** Image generation through the same walk as chat: a backend looks to the chain like a model that answers once. */
export function imageModel(spec: string, home: Home): ImageModel {
  return {
    spec,
    async generate(request: ImageRequest, options?: CallOptions): Promise<ImageResponse> {
      validate(request);
      const drawn = new Map<string, Drawn>();
      const operation: Operation = {
        target: (place) => asTarget(place, request, drawn, home.deps.media),
        judge: (target) =>
          drawn.get(target)?.images.length === 0
            ? new LlmError('empty', `${target} gave no image`, { target })
            : undefined,
      };
      // As parts of a message the pictures to start from are fitted, refused and shown to gates like any other.
      const chat = { messages: [user(request.prompt, request.images ?? [])] };
      const response = await drain(walk(spec, home, chat, options, false, operation));
      const images = drawn.get(response.target);
      if (images === undefined) throw new LlmError('protocol', `${response.target} finished without images`);
      return { ...images, warnings: response.warnings, attempts: response.attempts };
    },
  };
}

function validate({ prompt, n, size, images = [], mask }: ImageRequest): void {
  if (prompt.trim() === '') throw invalid('prompt', 'must not be empty');
  checkWholeNumber(n, 'n');
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

const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path} ${why}`, { path });

function asTarget(
  { key, provider, modelId }: Place,
  request: ImageRequest,
  drawn: Map<string, Drawn>,
  media: MediaFitter | undefined,
): Target {
  const backend = backendOf(provider, modelId);
  const model: Model = {
    id: modelId,
    families: [],
    capabilities: { images: backend?.images },
    timeouts: backend?.timeouts,
    whole: () => true,
    async *stream({ messages }, context): AsyncIterable<ModelEvent> {
      if (backend === undefined) throw new LlmError('unsupported', `${key} draws no images`, { target: key });
      const images = request.images && imagesIn(messages);
      await keepMask(request, images, backend, media, context);
      const result = await backend.generate({ ...request, images }, context);
      drawn.set(key, result);
      yield { type: 'start', target: key, id: undefined };
      for (const warning of result.warnings) yield { type: 'warning', warning };
      yield { type: 'finish', target: key, reason: 'stop', raw: undefined, usage: result.usage };
    },
  };
  return { key, provider, modelId, model };
}

/** A mask fits its picture pixel by pixel: neither may have been changed, or be in need of it. */
async function keepMask(
  { mask, images: [original] = [] }: ImageRequest,
  fitted: readonly ImagePart[] = [],
  { images: limits }: ImageBackend,
  media: MediaFitter | undefined,
  context: ModelContext,
): Promise<void> {
  if (mask === undefined) return;
  const alone = limits && { ...limits, maxCount: undefined };
  const { messages } = await fitImages([user(mask)], alone, media, context.target, context);
  const isKept = imagesIn(messages)[0]?.bytes === mask.bytes && fitted[0]?.bytes === original?.bytes;
  if (isKept) return;
  throw new LlmError(
    'unsupported',
    `${context.target} cannot take the image and its mask as they are; with a mask neither is changed`,
    { target: context.target, path: 'mask', code: 'too-large' },
  );
}

const backendOf = (provider: Provider, modelId: string): ImageBackend | undefined =>
  provider.imageModel?.(modelId);
