import { type Env, LlmError, type Provider } from '@majordomo/core';
import type { Key } from './key-ring.ts';
import type { PoolAttempts } from './pool-attempts.ts';

/** Models of a provider that are not chat models. */
type OtherModels = Pick<
  Provider,
  | 'imageModel'
  | 'embeddingModel'
  | 'transcriptionModel'
  | 'speechModel'
  | 'rerankModel'
  | 'moderationModel'
  | 'classificationModel'
>;

/** Returns a pool's models other than chat models, with the members of the first key's provider. Each call uses the next key. */
export function pooledOtherModels(
  first: Provider,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): OtherModels {
  return {
    ...(first.imageModel && {
      imageModel: (id: string) => ({
        ...required(first.imageModel?.(id), id),
        generate: (request, context) =>
          attempts.run(context, (key, keyContext) =>
            required(providerOf(key).imageModel?.(id), key.id).generate(request, keyContext),
          ),
      }),
    }),
    ...(first.embeddingModel && {
      embeddingModel: (id: string) => ({
        ...required(first.embeddingModel?.(id), id),
        embed: (request, context) =>
          attempts.run(context, (key, keyContext) =>
            required(providerOf(key).embeddingModel?.(id), key.id).embed(request, keyContext),
          ),
      }),
    }),
    ...(first.transcriptionModel && {
      transcriptionModel: (id: string) => ({
        ...required(first.transcriptionModel?.(id), id),
        transcribe: (request, context) =>
          attempts.run(context, (key, keyContext) =>
            required(providerOf(key).transcriptionModel?.(id), key.id).transcribe(request, keyContext),
          ),
      }),
    }),
    ...(first.speechModel && {
      speechModel: (id: string) => ({
        ...required(first.speechModel?.(id), id),
        speak: (request, context) =>
          attempts.steps(context, (key, keyContext) =>
            required(providerOf(key).speechModel?.(id), key.id).speak(request, keyContext),
          ),
      }),
    }),
    ...(first.rerankModel && {
      rerankModel: (id: string) => ({
        ...required(first.rerankModel?.(id), id),
        rerank: (request, context) =>
          attempts.run(context, (key, keyContext) =>
            required(providerOf(key).rerankModel?.(id), key.id).rerank(request, keyContext),
          ),
      }),
    }),
    ...(first.moderationModel && {
      moderationModel: (id: string) => ({
        ...required(first.moderationModel?.(id), id),
        moderate: (request, context) =>
          attempts.run(context, (key, keyContext) =>
            required(providerOf(key).moderationModel?.(id), key.id).moderate(request, keyContext),
          ),
      }),
    }),
    ...(first.classificationModel && {
      classificationModel: (id: string, env?: Env) => {
        const model = first.classificationModel?.(id, env);
        return (
          model && {
            ...model,
            classify: (request, context) =>
              attempts.run(context, (key, keyContext) =>
                required(providerOf(key).classificationModel?.(id, env), key.id).classify(
                  request,
                  keyContext,
                ),
              ),
          }
        );
      },
    }),
  };
}

function required<Backend>(backend: Backend | undefined, keyId: string): Backend {
  if (backend !== undefined) return backend;
  throw new LlmError(
    'config',
    `the provider of key ${keyId} does not support this operation; remove the key`,
  );
}
