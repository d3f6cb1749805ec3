import { LlmError, type Provider } from '@majordomo/core';
import type { Key } from './key-ring.ts';
import type { PoolAttempts } from './pool-attempts.ts';

/** What a provider has besides chats. */
type FurtherModels = Pick<Provider, 'imageModel' | 'embeddingModel' | 'transcriptionModel' | 'speechModel'>;

/** The same of a pool: facts are those of the first key's provider, calls are made with whichever key is next. */
export function pooledFurther(
  first: Provider,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): FurtherModels {
  return {
    ...(first.imageModel && {
      imageModel: (id: string) => ({
        ...made(first.imageModel?.(id), id),
        generate: (request, context) =>
          attempts.run(context, (key, inside) =>
            made(providerOf(key).imageModel?.(id), key.id).generate(request, inside),
          ),
      }),
    }),
    ...(first.embeddingModel && {
      embeddingModel: (id: string) => ({
        ...made(first.embeddingModel?.(id), id),
        embed: (request, context) =>
          attempts.run(context, (key, inside) =>
            made(providerOf(key).embeddingModel?.(id), key.id).embed(request, inside),
          ),
      }),
    }),
    ...(first.transcriptionModel && {
      transcriptionModel: (id: string) => ({
        ...made(first.transcriptionModel?.(id), id),
        transcribe: (request, context) =>
          attempts.run(context, (key, inside) =>
            made(providerOf(key).transcriptionModel?.(id), key.id).transcribe(request, inside),
          ),
      }),
    }),
    ...(first.speechModel && {
      speechModel: (id: string) => ({
        ...made(first.speechModel?.(id), id),
        speak: (request, context) =>
          attempts.steps(context, (key, inside) =>
            made(providerOf(key).speechModel?.(id), key.id).speak(request, inside),
          ),
      }),
    }),
  };
}

function made<Backend>(backend: Backend | undefined, keyId: string): Backend {
  if (backend !== undefined) return backend;
  throw new LlmError('config', `key ${keyId} belongs to a provider that has no such models`);
}
