import {
  LlmError,
  type Clock,
  type Credential,
  type Model,
  type ModelContext,
  type ModelInfo,
  systemClock,
  type Provider,
} from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Secret } from '../secret.ts';
import { KeyRing, type Key, type KeyState } from './key-ring.ts';
import { PoolAttempts } from './pool-attempts.ts';
import { pooledFurther } from './pooled-further.ts';
import { STRATEGIES, type Strategy } from './strategy.ts';

/** Which keys there are, and how they are used. */
export interface PoolOptions {
  /** A key without an id is called by its place: `1`, `2`, … */
  readonly keys: readonly (Secret | string | { readonly id: string; readonly key: Credential })[];
  /** Default `fill-first`. */
  readonly strategy?: Strategy | undefined;
  /** Calls at a time per key before another is preferred. Default 1 for `least-used`, else unbounded. */
  readonly lease?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const KINDS: KindsOf<PoolOptions> = {
  keys: 'array',
  strategy: STRATEGIES,
  lease: 1,
  clock: 'object with now',
  random: 'function',
};

/** The keys of a provider, to be looked at and to be taken in hand. */
export interface Pool {
  /** In the order given. */
  snapshot(): readonly KeyState[];
  /** Back to work, whatever it was. Throws `config` for an unknown id, as `rest` does. */
  revive(id: string): void;
  /** Not used for so many ms; a dead one stays dead. */
  rest(id: string, ms: number): void;
}

/**
 * One provider over many keys (what `create` makes has the same id each time, else `config`): a key that is refused or out
 * of quota makes room for the next within the same attempt's target; its health suffers only when none is left.
 */
export function pooled(
  create: (apiKey: Credential, keyId: string) => Provider,
  options: PoolOptions,
): Provider & { readonly pool: Pool } {
  checkOptions('pooled', { create }, { create: 'function' }, ['create']);
  checkOptions('pooled', options, KINDS, ['keys']);
  const { strategy = 'fill-first', clock = systemClock, random = Math.random } = options;
  const lease = options.lease ?? (strategy === 'least-used' ? 1 : Infinity);
  const ring = new KeyRing(namedKeys(options.keys), { strategy, lease, clock, random });
  const inner = new Map(ring.keys.map((key) => [key, create(key.credential, key.id)] as const));
  const first = sameProvider([...inner.values()]);
  const providerOf = (key: Key): Provider => inner.get(key) ?? first;
  const attempts = new PoolAttempts(ring, first.id);
  return {
    spi: 1,
    id: first.id,
    vendor: first.vendor,
    billing: first.billing,
    model: (id) => pooledModel(id, first, providerOf, attempts),
    ...pooledFurther(first, providerOf, attempts),
    ...(first.listModels && {
      listModels: (context: Omit<ModelContext, 'delivery'>) => listed(context, providerOf, attempts),
    }),
    pool: handle(ring),
  };
}

function pooledModel(
  id: string,
  first: Provider,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): Model {
  const models = new Map<Key, Model>();
  const modelOf = (key: Key): Model => {
    const model = models.get(key) ?? providerOf(key).model(id);
    models.set(key, model);
    return model;
  };
  const described = first.model(id);
  return {
    ...described,
    stream: (request, context) =>
      attempts.stream(context, (key, inside) => modelOf(key).stream(request, inside)),
  };
}

/** No chain looks after a list: the keys are asked one after the other. */
async function listed(
  context: Omit<ModelContext, 'delivery'>,
  providerOf: (key: Key) => Provider,
  attempts: PoolAttempts,
): Promise<readonly ModelInfo[]> {
  return attempts.untilOne({ ...context, delivery: 'complete' }, async (key, inside) => {
    return (await providerOf(key).listModels?.(inside)) ?? [];
  });
}

function namedKeys(keys: PoolOptions['keys']): readonly { readonly id: string; readonly key: Credential }[] {
  const named = keys.map((key, at) => {
    if (typeof key === 'string') return { id: String(at + 1), key: checked(key, at) };
    // Untyped code may give anything.
    if (typeof (key as unknown) !== 'object' || (key as unknown) === null)
      throw new LlmError(
        'config',
        `key ${at + 1} of the pool is none: give a text, a secret, or { id, key }`,
        {
          path: `keys[${at}]`,
        },
      );
    if ('reveal' in key) return { id: String(at + 1), key: checked(key.reveal(), at) };
    return typeof key.key === 'string' ? { id: key.id, key: checked(key.key, at) } : key;
  });
  if (named.length === 0) throw new LlmError('config', 'a pool needs at least one key', { path: 'keys' });
  const twice = named.find(({ id }, at) => named.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined)
    throw new LlmError('config', `two keys of the pool have the id ${twice.id}`, { path: 'keys' });
  return named;
}

function checked(key: string, at: number): string {
  if (key.trim() !== '') return key;
  throw new LlmError('config', `key ${at + 1} of the pool is empty: check where it comes from`, {
    path: `keys[${at}]`,
  });
}

function sameProvider(providers: readonly Provider[]): Provider {
  const [first] = providers;
  const other = providers.find(({ id }) => id !== first?.id);
  if (first === undefined || other !== undefined) {
    throw new LlmError(
      'config',
      `a pool is one provider: its keys made ${first?.id ?? 'none'} and ${other?.id ?? 'none'}`,
    );
  }
  return first;
}

function handle(ring: KeyRing): Pool {
  const keyOf = (id: string): Key => {
    const key = ring.keys.find((each) => each.id === id);
    if (key === undefined)
      throw new LlmError(
        'config',
        `the pool has no key ${JSON.stringify(id)}: ${ring.keys.map((each) => each.id).join(', ')}`,
      );
    return key;
  };
  return {
    snapshot: () => ring.snapshot(),
    revive(id) {
      ring.revive(keyOf(id));
    },
    rest(id, ms) {
      ring.restFor(keyOf(id), ms, 'rest: asked for');
    },
  };
}
