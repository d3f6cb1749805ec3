import { LlmError } from '../error/llm-error.ts';
import type { Target } from '../chain/call.ts';
import type { CallOptions } from '../model/call.ts';
import type { ImageModel, ImageRequest, ImageResponse } from '../model/image.ts';
import { user } from '../model/message.ts';
import type { ModelEvent } from '../model/event.ts';
import type { ImageBackend, Model, Provider } from '../model/provider.ts';
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
        target: (place) => asTarget(place, request, drawn),
        judge: (target) =>
          drawn.get(target)?.images.length === 0
            ? new LlmError('empty', `${target} gave no image`, { target })
            : undefined,
      };
      const chat = { messages: [user(request.prompt)] };
      const response = await drain(walk(spec, home, chat, options, false, operation));
      const images = drawn.get(response.target);
      if (images === undefined) throw new LlmError('protocol', `${response.target} finished without images`);
      return { ...images, attempts: response.attempts };
    },
  };
}

function validate({ prompt, n, size }: ImageRequest): void {
  if (prompt.trim() === '')
    throw new LlmError('invalid-request', 'prompt must not be empty', { path: 'prompt' });
  if (n !== undefined && !(Number.isInteger(n) && n > 0)) {
    throw new LlmError('invalid-request', `n must be a whole number above 0, not ${String(n)}`, {
      path: 'n',
    });
  }
  if (size !== undefined && !/^[1-9]\d*x[1-9]\d*$/.test(size)) {
    throw new LlmError('invalid-request', `size must be like 512x768, not "${size}"`, { path: 'size' });
  }
}

function asTarget(
  { key, provider, modelId }: Place,
  request: ImageRequest,
  drawn: Map<string, Drawn>,
): Target {
  const backend = backendOf(provider, modelId);
  const model: Model = {
    id: modelId,
    families: [],
    capabilities: {},
    whole: () => true,
    async *stream(_request, context): AsyncIterable<ModelEvent> {
      if (backend === undefined) throw new LlmError('unsupported', `${key} draws no images`, { target: key });
      const result = await backend.generate(request, context);
      drawn.set(key, result);
      yield { type: 'start', target: key, id: undefined };
      for (const warning of result.warnings) yield { type: 'warning', warning };
      yield { type: 'finish', target: key, reason: 'stop', raw: undefined, usage: result.usage };
    },
  };
  return { key, provider, modelId, model };
}

const backendOf = (provider: Provider, modelId: string): ImageBackend | undefined =>
  provider.imageModel?.(modelId);
