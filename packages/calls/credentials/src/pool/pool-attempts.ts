import { LlmError, type ModelContext, type ModelEvent, type Recovery } from '@majordomo/core';
import { withDetails } from '@majordomo/core/toolkit';
import { transportError } from '@majordomo/wire-kit';
import type { Key, KeyRing, Lease } from './key-ring.ts';

/** Kinds of errors that a call with another key may avoid. */
const KEY_FAILURES: ReadonlySet<string> = new Set(['auth', 'billing', 'quota', 'rate-limit']);

/** Key for the next attempt, with the state of the call. */
interface Plan {
  readonly key: Key;
  /** Keys that have failed in this call. */
  readonly failed: ReadonlySet<Key>;
  /** Recovery of the key's provider. Pass it unchanged, because the provider recognizes its recoveries by identity. */
  readonly inner: Recovery | undefined;
}

type Use<Result> = (key: Key, context: ModelContext) => Result;

/** Attempts of a pool, each with one of its keys. If a key fails, the chain's recovery continues with another key. */
export class PoolAttempts {
  private readonly ring: KeyRing;
  private readonly provider: string;
  private readonly plans = new WeakMap<Recovery, Plan>();

  constructor(ring: KeyRing, provider: string) {
    this.ring = ring;
    this.provider = provider;
  }

  /** Streams the steps of an attempt. Records the key's success at the step for which `isLast` returns true. */
  async *steps<Step>(
    context: ModelContext,
    use: Use<AsyncIterable<Step>>,
    isLast?: (step: Step) => boolean,
  ): AsyncGenerator<Step> {
    const { lease, failed, context: keyContext } = await this.begin(context);
    try {
      for await (const step of use(lease.key, keyContext)) {
        // Record the success before the last step is read, because the reader may stop after this step.
        if (isLast?.(step) === true) this.ring.recordSuccess(lease);
        yield step;
      }
      if (isLast === undefined) this.ring.recordSuccess(lease);
    } catch (error) {
      throw this.recoverable(error, lease, failed, context.target);
    } finally {
      lease.release();
    }
  }

  /** Runs an attempt with one result. Records the key's success or failure. */
  async run<Result>(context: ModelContext, use: Use<Promise<Result>>): Promise<Result> {
    const { lease, failed, context: keyContext } = await this.begin(context);
    try {
      const result = await use(lease.key, keyContext);
      this.ring.recordSuccess(lease);
      return result;
    } catch (error) {
      throw this.recoverable(error, lease, failed, context.target);
    } finally {
      lease.release();
    }
  }

  /** Tries the keys sequentially, for operations without a chain. */
  async runWithRecoveries<Result>(context: ModelContext, use: Use<Promise<Result>>): Promise<Result> {
    let recoveries = context.recoveries ?? [];
    for (;;) {
      try {
        return await this.run({ ...context, recoveries }, use);
      } catch (error) {
        const recover = LlmError.is(error) ? error.details.recover : undefined;
        const isUsed = recover === undefined || recoveries.some(({ id }) => id === recover.id);
        if (isUsed || context.signal.aborted) throw error;
        recoveries = [...recoveries, recover];
      }
    }
  }

  private async begin(
    context: ModelContext,
  ): Promise<{ lease: Lease; failed: ReadonlySet<Key>; context: ModelContext }> {
    // A failed attempt benches the pool under this name, and not one of its keys.
    context.credential?.(this.ring.name);
    const plan = this.planOf(context);
    const failed = plan?.failed ?? new Set<Key>();
    const planned = plan?.key.state === 'ok' ? plan.key : undefined;
    // A failed key may be usable again, because its rest has ended or the application has revived it.
    let key = planned ?? this.ring.next(failed) ?? this.ring.next();
    if (key === undefined) {
      await this.ring.reviveChanged(context.signal);
      key = this.ring.next();
    }
    if (key === undefined) throw this.emptyPoolError(context.target);
    const recoveries = (context.recoveries ?? []).map(
      (recovery) => this.plans.get(recovery)?.inner ?? recovery,
    );
    const lease = this.ring.take(key, context.signal);
    return { lease, failed, context: withoutCredential({ ...context, recoveries }) };
  }

  /** Returns the plan of the last recovery of this pool. The chain passes the recoveries that the call has used, in order. */
  private planOf({ recoveries = [] }: ModelContext): Plan | undefined {
    return recoveries.map((recovery) => this.plans.get(recovery)).findLast((plan) => plan !== undefined);
  }

  /** Adds a recovery to the error: the provider's recovery, or a retry with another key. */
  private recoverable(thrown: unknown, lease: Lease, failed: ReadonlySet<Key>, target: string): unknown {
    if (!LlmError.is(thrown)) return thrown;
    // Masks the values of all keys in the message.
    const cause = transportError(thrown, target, this.ring.values());
    const { key } = lease;
    const inner = cause.details.recover;
    // The key has not failed yet, because the provider's recovery may succeed with it.
    if (inner !== undefined) return withDetails(cause, { recover: this.sameKey(inner, key, failed) });
    if (!KEY_FAILURES.has(cause.kind)) return cause;
    this.ring.recordFailure(lease, cause);
    const without = new Set([...failed, key]);
    const next = this.ring.next(without);
    if (next !== undefined) return withDetails(cause, { recover: this.otherKey(key, next, without) });
    const retryAfterMs = this.ring.retryAfterMs() ?? cause.details.retryAfterMs;
    return withDetails(cause, { retryAfterMs, target: cause.details.target ?? target });
  }

  /** Returns a copy of the provider's recovery, with the same key. Each key may refresh its value once. */
  private sameKey(inner: Recovery, key: Key, failed: ReadonlySet<Key>): Recovery {
    // Recovery of providers after a 401, which calls a credential function again.
    const isRenewal = inner.id === 'credential';
    const recovery: Recovery = isRenewal
      ? { ...inner, id: `credential of key ${key.id}`, changesCredential: true }
      : { ...inner };
    this.plans.set(recovery, { key, failed, inner });
    return recovery;
  }

  private otherKey(from: Key, to: Key, failed: ReadonlySet<Key>): Recovery {
    const recovery: Recovery = {
      id: `key ${from.id}`,
      what: `sent with key ${JSON.stringify(to.id)} instead of key ${JSON.stringify(from.id)}`,
      changesCredential: true,
      apply: (request) => request,
    };
    this.plans.set(recovery, { key: to, failed, inner: undefined });
    return recovery;
  }

  private emptyPoolError(target: string): LlmError {
    const retryAfterMs = this.ring.retryAfterMs();
    const states = this.ring
      .snapshot()
      .map(
        ({ id, state, why }) =>
          `${JSON.stringify(id)} ${state === 'dead' ? 'is rejected' : 'is benched'} (${why ?? ''})`,
      );
    const when =
      retryAfterMs === undefined
        ? 'log in again, or provide new keys and call pool.revive'
        : `the first key is available again in ${Math.ceil(retryAfterMs / 1000)} s`;
    const message = `no key of ${this.provider} can be used: ${states.join('; ')}; ${when}`;
    return new LlmError(retryAfterMs === undefined ? 'auth' : 'rate-limit', message, {
      target,
      retryAfterMs,
      code: 'pool-empty',
    });
  }
}

/** Removes the callback `credential`, so that providers do not report their keys and health records only the pool. */
function withoutCredential(context: ModelContext): ModelContext {
  const inside: ModelContext = { ...context };
  delete inside.credential;
  return inside;
}

/** Whether the events of a chat step finish the response. */
export function hasFinished(events: ModelEvent | readonly ModelEvent[]): boolean {
  return 'type' in events ? events.type === 'finish' : events.some(({ type }) => type === 'finish');
}
