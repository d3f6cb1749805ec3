import { type Env, LlmError, type ModelContext, type Provider } from '@majordomo/core';
import type { Key } from './key-ring.ts';
import type { PoolAttempts } from './pool-attempts.ts';

/** Members of a provider that open models other than chat models, and the methods of each model. A model may lack the second. */
const METHODS = {
  imageModel: ['generate', 'generateStream'],
  embeddingModel: ['embed'],
  transcriptionModel: ['transcribe', 'transcribeStream'],
  speechModel: ['speak'],
  rerankModel: ['rerank'],
  moderationModel: ['moderate'],
  classificationModel: ['classify'],
} as const;

type Method = (typeof METHODS)[keyof typeof METHODS][number];

const STREAMS: ReadonlySet<Method> = new Set(['generateStream', 'transcribeStream', 'speak']);

/** Models of a provider that are not chat models. */
type OtherModels = Pick<Provider, keyof typeof METHODS>;

/** Model of any kind. Requests and results are passed on unchanged. */
type AnyModel = Readonly<Partial<Record<Method, (request: unknown, context: ModelContext) => never>>>;
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
  for (const [member, methods] of Object.entries(METHODS)) {
    if (openersOf(first)[member] === undefined) continue;
    pooled[member] = (id, env) => {
      const own = openersOf(first)[member]?.(id, env);
      // Only a classification model may be missing for an id.
      if (own === undefined && member === 'classificationModel') return undefined;
      const described = required(own, id);
      const runOf =
        (method: Method) =>
        (request: unknown, context: ModelContext): unknown => {
          const use = (key: Key, keyContext: ModelContext): never => {
            const model = required(openersOf(providerOf(key))[member]?.(id, env), key.id);
            return required(model[method]?.bind(model), key.id)(request, keyContext);
          };
          // `speak` streams only audio, so its end shows the success of the key.
          return STREAMS.has(method)
            ? attempts.steps(context, use, method === 'speak' ? undefined : isResponse)
            : attempts.run(context, use);
        };
      const runs = methods.flatMap((method) =>
        described[method] === undefined ? [] : [[method, runOf(method)] as const],
      );
      return { ...described, ...Object.fromEntries(runs) };
    };
  }
  return pooled;
}

/** Whether a step of a stream is the response, which is the last step. */
const isResponse = (step: unknown): boolean => typeof step === 'object' && step !== null && 'target' in step;

function required<Part>(part: Part | undefined, keyId: string): Part {
  if (part !== undefined) return part;
  throw new LlmError(
    'config',
    `the provider of key ${keyId} does not support this operation; remove the key`,
  );
}
