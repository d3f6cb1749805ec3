import { LlmError, type AttemptInfo, type Clock, type Gate, type Permit } from '@majordomo/core';
import { atLeast, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Claim, LedgerStore } from '@majordomo/ledger';

/** Options of `lanes`, which limits the number of concurrent attempts. */
export interface LanesOptions {
  /** Name of the lanes. All processes that use this name share the lanes. */
  readonly name: string;
  /** Maximum number of concurrent attempts across all processes. */
  readonly most: number;
  /** Scope of the lanes: separate lanes for each target or for each provider. `@default` all targets share the lanes */
  readonly each?: 'target' | 'provider' | undefined;
  /**
   * Time after which the lane of a killed process becomes available, in milliseconds. Running attempts renew their lease.
   *
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
}

const DEFAULT_LEASE_MS = 15_000;
const RENEWALS = 3;
/** Time before the second attempt to obtain a lane, in milliseconds. The time doubles after each attempt, up to `MAX_POLL_MS`. */
const MIN_POLL_MS = 10;
const MAX_POLL_MS = 250;

/** Creates a gate that limits the number of concurrent attempts across all processes of the store. Further attempts wait. */
export function lanesGate(store: LedgerStore, clock: Clock, options: LanesOptions): Gate {
  check(options);
  const { name, most, leaseMs = DEFAULT_LEASE_MS } = options;
  return {
    name: `lanes ${name}`,
    async admit(attempt) {
      const id = `lane/${name}/${attempt.call.id}/${attempt.target}/${attempt.attempt}`;
      const claim: Claim = {
        counter: counterOf(options, attempt),
        max: BigInt(most),
        amount: 1n,
        resetsInMs: undefined,
        whenLapsed: 'free',
      };
      let lookMs = MIN_POLL_MS;
      while ((await store.reserve(id, [claim], leaseMs)) !== undefined) {
        await clock.sleep(lookMs, attempt.signal);
        lookMs = Math.min(lookMs * 2, MAX_POLL_MS);
      }
      return permitOf(store, clock, id, leaseMs, attempt);
    },
  };
}

function permitOf(
  store: LedgerStore,
  clock: Clock,
  id: string,
  leaseMs: number,
  attempt: AttemptInfo,
): Permit {
  let cancel: (() => void) | undefined;
  const renewLater = (): void => {
    cancel = clock.timer(
      leaseMs / RENEWALS,
      () => {
        if (attempt.isLapsed === true) return;
        renewLater();
        // Ignore the error, because the next renewal tries again. If none succeeds, the lane becomes available when the lease
        // ends.
        Promise.resolve(store.renew(id, leaseMs)).catch(() => undefined);
      },
      true,
    );
  };
  renewLater();
  return {
    async settle() {
      cancel?.();
      await store.settle(id, []);
    },
  };
}

function counterOf({ name, each }: LanesOptions, { target }: AttemptInfo): string {
  return `lanes/${encodeURIComponent(name)}/${sharedBy(each, target)}`;
}

/** Returns the part of the target whose calls share the places. */
function sharedBy(each: LanesOptions['each'], target: string): string {
  switch (each) {
    case 'target':
      return target;
    case 'provider':
      return target.split('/', 1)[0] ?? '';
    default:
      return '';
  }
}

const KINDS: KindsOf<LanesOptions> = {
  name: 'string',
  most: atLeast(1),
  each: ['target', 'provider'],
  leaseMs: atLeast(1),
};

function check(options: LanesOptions): void {
  checkOptions('lanes', options, KINDS, ['name', 'most']);
  const { name, most } = options;
  const fail = (path: string, why: string): never => {
    throw new LlmError('config', `lanes: ${path}: ${why}`, { path });
  };
  if (name === '') fail('name', 'must not be empty; processes share lanes by name');
  if (!Number.isSafeInteger(most)) fail('most', `must be an integer, not ${most}`);
}
