import {
  LlmError,
  type ErrorDetails,
  type ModelContext,
  type ModelEvent,
  type Recovery,
} from '@majordomo/core';
import { transportError } from '@majordomo/wire-kit';
import type { Key, KeyRing, Lease } from './key-ring.ts';

/** Failures that are a key's fault: another one may do better. */
const OF_A_KEY: ReadonlySet<string> = new Set(['auth', 'billing', 'quota', 'rate-limit']);

const NONE: ReadonlySet<Key> = new Set();

/** What a recovery of ours stands for in the next attempt of its call. */
interface Plan {
  /** The key to use. */
  readonly key: Key;
  /** Keys that have failed in this call. */
  readonly failed: ReadonlySet<Key>;
  /** The recovery of the key's own provider, which finds its own by identity. */
  readonly inner: Recovery | undefined;
}

type Use<Result> = (key: Key, context: ModelContext) => Result;

/** Attempts of calls, each with a key of the ring; a key that fails is exchanged by way of the chain's recovery. */
export class PoolAttempts {
  private readonly ring: KeyRing;
  private readonly provider: string;
  private readonly plans = new WeakMap<Recovery, Plan>();
  /** For health, which knows quotas by credential: a pool counts as one. */
  private readonly name = `pool ${crypto.randomUUID()}`;

  constructor(ring: KeyRing, provider: string) {
    this.ring = ring;
    this.provider = provider;
  }

  /** A chat: its key has done its work when the answer says its end. */
  stream(
    context: ModelContext,
    use: Use<AsyncIterable<ModelEvent | readonly ModelEvent[]>>,
  ): AsyncGenerator<ModelEvent | readonly ModelEvent[]> {
    return this.steps(context, use, hasFinished);
  }

  /** Anything that comes in steps; without a step that says so, the end of them is its end. */
  async *steps<Step>(
    context: ModelContext,
    use: Use<AsyncIterable<Step>>,
    isLast?: (step: Step) => boolean,
  ): AsyncGenerator<Step> {
    const { lease, failed, inside } = await this.begin(context);
    try {
      for await (const step of use(lease.key, inside)) {
        // Told before it is shown: whoever reads to the end asks for nothing more.
        if (isLast?.(step) === true) this.ring.succeeded(lease);
        yield step;
      }
      if (isLast === undefined) this.ring.succeeded(lease);
    } catch (error) {
      throw this.failed(error, lease, failed, context.target);
    } finally {
      lease.free();
    }
  }

  async run<Result>(context: ModelContext, use: Use<Promise<Result>>): Promise<Result> {
    const { lease, failed, inside } = await this.begin(context);
    try {
      const result = await use(lease.key, inside);
      this.ring.succeeded(lease);
      return result;
    } catch (error) {
      throw this.failed(error, lease, failed, context.target);
    } finally {
      lease.free();
    }
  }

  /** Where no chain makes further attempts. */
  async untilOne<Result>(context: ModelContext, use: Use<Promise<Result>>): Promise<Result> {
    let recoveries = context.recoveries ?? [];
    for (;;) {
      try {
        return await this.run({ ...context, recoveries }, use);
      } catch (error) {
        const recover = LlmError.is(error) ? error.details.recover : undefined;
        const isUsed = recover === undefined || recoveries.some(({ id }) => id === recover.id);
        if (isUsed || !this.plans.has(recover) || context.signal.aborted) throw error;
        recoveries = [...recoveries, recover];
      }
    }
  }

  private async begin(
    context: ModelContext,
  ): Promise<{ lease: Lease; failed: ReadonlySet<Key>; inside: ModelContext }> {
    context.credential?.(this.name);
    const plan = this.planOf(context);
    const failed = plan?.failed ?? new Set<Key>();
    const planned = plan?.key.state === 'ok' ? plan.key : undefined;
    let key = planned ?? this.ring.next(failed) ?? this.ring.next(NONE);
    if (key === undefined) {
      await this.ring.lookAgain(context.signal);
      key = this.ring.next(NONE);
    }
    if (key === undefined) throw this.empty(context.target);
    const recoveries = (context.recoveries ?? []).map(
      (recovery) => this.plans.get(recovery)?.inner ?? recovery,
    );
    const lease = this.ring.take(key, context.signal);
    return { lease, failed, inside: withoutCredential({ ...context, recoveries }) };
  }

  private planOf({ recoveries = [] }: ModelContext): Plan | undefined {
    return recoveries.map((recovery) => this.plans.get(recovery)).findLast((plan) => plan !== undefined);
  }

  /** The error with a way on, where there is one: the provider's own first, then another key. */
  private failed(thrown: unknown, lease: Lease, failed: ReadonlySet<Key>, target: string): unknown {
    if (!LlmError.is(thrown)) return thrown;
    const cause = transportError(thrown, target, this.ring.values());
    const { key } = lease;
    const inner = cause.details.recover;
    if (inner !== undefined) return withMore(cause, { recover: this.again(inner, key, failed) });
    if (!OF_A_KEY.has(cause.kind)) return cause;
    this.ring.failed(lease, cause);
    const without = new Set([...failed, key]);
    const next = this.ring.next(without);
    if (next !== undefined) return withMore(cause, { recover: this.exchange(key, next, without) });
    const retryAfterMs = this.ring.comesBackIn() ?? cause.details.retryAfterMs;
    return withMore(cause, { retryAfterMs, target: cause.details.target ?? target });
  }

  /** The same key, asked as its provider suggests. Each key may renew its own value once. */
  private again(inner: Recovery, key: Key, failed: ReadonlySet<Key>): Recovery {
    const isRenewal = inner.id === 'credential';
    const recovery: Recovery = isRenewal
      ? { ...inner, id: `credential of key ${key.id}`, changesCredential: true }
      : { ...inner };
    this.plans.set(recovery, { key, failed, inner });
    return recovery;
  }

  private exchange(from: Key, to: Key, failed: ReadonlySet<Key>): Recovery {
    const recovery: Recovery = {
      id: `key ${from.id}`,
      what: `sent with key ${JSON.stringify(to.id)} in place of key ${JSON.stringify(from.id)}`,
      changesCredential: true,
      apply: (request) => request,
    };
    this.plans.set(recovery, { key: to, failed, inner: undefined });
    return recovery;
  }

  private empty(target: string): LlmError {
    const retryAfterMs = this.ring.comesBackIn();
    const states = this.ring
      .snapshot()
      .map(
        ({ id, state, why }) =>
          `${JSON.stringify(id)} ${state === 'dead' ? 'is dead' : 'rests'} (${why ?? ''})`,
      );
    const when =
      retryAfterMs === undefined
        ? 'log in again, or give it new keys and call pool.revive'
        : `the first is back in ${Math.ceil(retryAfterMs / 1000)} s`;
    const said = `no key of ${this.provider} can be used: ${states.join('; ')}; ${when}`;
    return new LlmError(retryAfterMs === undefined ? 'auth' : 'rate-limit', said, {
      target,
      retryAfterMs,
      code: 'pool-empty',
    });
  }
}

/** Which of its keys is used is the pool's own matter. */
function withoutCredential(context: ModelContext): ModelContext {
  const inside: ModelContext = { ...context };
  delete inside.credential;
  return inside;
}

function hasFinished(events: ModelEvent | readonly ModelEvent[]): boolean {
  return 'type' in events ? events.type === 'finish' : events.some(({ type }) => type === 'finish');
}

const withMore = (error: LlmError, details: Partial<ErrorDetails>): LlmError =>
  new LlmError(error.kind, error.message, { ...error.details, ...details }, { cause: error.cause });
