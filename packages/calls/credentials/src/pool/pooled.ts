import {
  LlmError,
  type Clock,
  type Credential,
  type DataHandling,
  type Model,
  type ModelContext,
  systemClock,
  type Provider,
} from '@majordomo/core';
import { atLeast, checkOptions, declaredData, type KindsOf } from '@majordomo/core/toolkit';
import type { Secret } from '../secret.ts';
import { KeyRing, type Key, type KeyState } from './key-ring.ts';
import { hasFinished, PoolAttempts } from './pool-attempts.ts';
import { pooledOtherModels } from './pooled-other-models.ts';
import { STRATEGIES, type Strategy } from './strategy.ts';

/** Options of a pool of keys. */
export interface PoolOptions {
  /** Keys of the pool. If a key has no id, its position (`1`, `2`, …) is its id. */
  readonly keys: readonly (Secret | string | { readonly id: string; readonly key: Credential })[];
  /** Order in which keys are used. `@default 'fill-first'` */
  readonly strategy?: Strategy | undefined;
  /**
   * Number of calls in progress on a key at which the pool prefers another key. A call is in progress until its connection has
   * closed, at most two seconds after the end of the stream. @default 1 for `least-used`, otherwise unlimited
   */
  readonly lease?: number | undefined;
  /** Clock, for tests. `@default systemClock` */
  readonly clock?: Clock | undefined;
  /** Function that returns a number in [0, 1), for the strategy `random`. `@default Math.random` */
  readonly random?: (() => number) | undefined;
}

const KINDS: KindsOf<PoolOptions> = {
  keys: 'array',
  strategy: STRATEGIES,
  lease: atLeast(1),
  clock: 'object with now',
  random: 'function',
};

/** Controls of a pool's keys. */
export interface Pool {
  /** Returns the state of each key, in the given order. */
  snapshot(): readonly KeyState[];
  /** Makes a key usable again. Throws `config` for an unknown id. */
  revive(id: string): void;
  /** Stops using a key for `ms` milliseconds. Does not change a dead key. Throws `config` for an unknown id. */
  rest(id: string, ms: number): void;
}

/**
 * Returns one provider that uses several keys. If a key is rejected, rate limited or out of quota, the chain calls the same
 * target again with the next key. The health of the target changes only when no key can be used. Throws `config` if `create`
 * returns providers with different ids.
 */
export function pooled(
  create: (apiKey: Credential, keyId: string) => Provider,
  options: PoolOptions,
): Provider & { readonly pool: Pool } {
  checkOptions('pooled', { create }, { create: 'function' }, ['create']);
  checkOptions('pooled', options, KINDS, ['keys']);
  const { strategy = 'fill-first', clock = systemClock, random = Math.random } = options;
  const lease = options.lease ?? (strategy === 'least-used' ? 1 : Infinity);
  const ring = new KeyRing(namedKeys(options.keys), { strategy, lease, random }, clock);
  const inner = new Map(ring.keys.map((key) => [key, create(key.credential, key.id)] as const));
  const first = sameProvider([...inner.values()]);
  const providerOf = (key: Key): Provider => inner.get(key) ?? first;
  const attempts = new PoolAttempts(ring, first.id);
  return {
    spi: 1,
    id: first.id,
    vendor: first.vendor,
    billing: first.billing,
    data: (modelId, env) =>
      commonMembers([...inner.values()].map((provider) => declaredData(provider, modelId, env) ?? {})),
    model: (id, env) => pooledModel((provider) => provider.model(id, env), first, providerOf, attempts),
    ...pooledOtherModels(first, providerOf, attempts),
    ...(first.listModels && {
      listModels: (context: Omit<ModelContext, 'delivery'>) =>
        attempts.runWithRecoveries(
          { ...context, delivery: 'complete' },
          async (key, keyContext) => (await providerOf(key).listModels?.(keyContext)) ?? [],
        ),
    }),
    pool: controlsOf(ring),
  };
}

/** Returns the members that are equal for the providers of all keys, because a call may use any key. */
const commonMembers = ([first = {}, ...others]: readonly DataHandling[]): DataHandling =>
  Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((other) => Reflect.get(other, name) === value),
    ),
  );

function pooledModel(
  open: (provider: Provider) => Model,
  first: Provider,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): Model {
  const models = new Map<Key, Model>();
  const modelOf = (key: Key): Model => {
    const model = models.get(key) ?? open(providerOf(key));
    models.set(key, model);
    return model;
  };
  const described = open(first);
  return {
    ...described,
    stream: (request, context) =>
      attempts.steps(context, (key, keyContext) => modelOf(key).stream(request, keyContext), hasFinished),
  };
}

function namedKeys(keys: PoolOptions['keys']): readonly { readonly id: string; readonly key: Credential }[] {
  const named = keys.map((key, at) => {
    if (typeof key === 'string') return { id: String(at + 1), key: checkKey(key, at) };
    if (typeof (key as unknown) !== 'object' || (key as unknown) === null)
      throw new LlmError('config', `pooled: key ${at + 1} must be a string, a secret, or { id, key }`, {
        path: `keys[${at}]`,
      });
    if ('reveal' in key) return { id: String(at + 1), key: checkKey(key.reveal(), at) };
    return typeof key.key === 'string' ? { id: key.id, key: checkKey(key.key, at) } : key;
  });
  if (named.length === 0) throw new LlmError('config', 'pooled: keys must not be empty', { path: 'keys' });
  const twice = named.find(({ id }, at) => named.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined)
    throw new LlmError('config', `pooled: two keys have the id ${twice.id}; rename one`, { path: 'keys' });
  return named;
}

function checkKey(key: string, at: number): string {
  if (key.trim() !== '') return key;
  throw new LlmError('config', `pooled: key ${at + 1} is empty; check its source`, { path: `keys[${at}]` });
}

function sameProvider(providers: readonly Provider[]): Provider {
  const [first] = providers;
  if (first !== undefined && providers.every(({ id }) => id === first.id)) return first;
  const ids = [...new Set(providers.map(({ id }) => id))].join(' and ');
  throw new LlmError('config', `pooled: create must return the same provider for all keys, not ${ids}`);
}

function controlsOf(ring: KeyRing): Pool {
  const keyOf = (id: string): Key => {
    const key = ring.keys.find((each) => each.id === id);
    if (key === undefined)
      throw new LlmError(
        'config',
        `the pool has no key ${JSON.stringify(id)}; its keys are ${ring.keys.map((each) => each.id).join(', ')}`,
      );
    return key;
  };
  return {
    snapshot: () => ring.snapshot(),
    revive: (id) => ring.revive(keyOf(id)),
    rest: (id, ms) => ring.restFor(keyOf(id), ms, 'rest: requested by the application'),
  };
}
