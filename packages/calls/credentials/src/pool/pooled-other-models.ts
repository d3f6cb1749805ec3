import { type Env, LlmError, type ModelContext, type Provider } from '@majordomo/core';
import type { Key } from './key-ring.ts';
import type { PoolAttempts } from './pool-attempts.ts';

/** Members of a provider that open models other than chat models, and the method of each model. */
const METHODS = {
  imageModel: 'generate',
  embeddingModel: 'embed',
  transcriptionModel: 'transcribe',
  speechModel: 'speak',
  rerankModel: 'rerank',
  moderationModel: 'moderate',
  classificationModel: 'classify',
} as const;

/** Models of a provider that are not chat models. */
type OtherModels = Pick<Provider, keyof typeof METHODS>;

/** Model of any kind. Requests and results are passed on unchanged. */
type AnyModel = Readonly<
  Record<(typeof METHODS)[keyof typeof METHODS], (request: unknown, context: ModelContext) => never>
>;
type Opener = (id: string, env?: Env) => AnyModel | undefined;

const openersOf = (provider: Provider): Readonly<Record<string, Opener | undefined>> =>
  provider as unknown as Readonly<Record<string, Opener | undefined>>;

/** Returns a pool's models other than chat models, with the members of the first key's provider. Each call uses the next key. */
export function pooledOtherModels(
  first: Provider,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): OtherModels {
  const pooled: Record<string, Opener> = {};
  for (const [member, method] of Object.entries(METHODS)) {
    if (openersOf(first)[member] === undefined) continue;
    pooled[member] = (id, env) => {
      const own = openersOf(first)[member]?.(id, env);
      // Only a classification model may be missing for an id.
      if (own === undefined && member === 'classificationModel') return undefined;
      const run = (request: unknown, context: ModelContext): unknown => {
        const use = (key: Key, keyContext: ModelContext): never =>
          required(openersOf(providerOf(key))[member]?.(id, env), key.id)[method](request, keyContext);
        return method === 'speak' ? attempts.steps(context, use) : attempts.run(context, use);
      };
      return { ...required(own, id), [method]: run };
    };
  }
  return pooled;
}

function required<Backend>(backend: Backend | undefined, keyId: string): Backend {
  if (backend !== undefined) return backend;
  throw new LlmError(
    'config',
    `the provider of key ${keyId} does not support this operation; remove the key`,
  );
}
