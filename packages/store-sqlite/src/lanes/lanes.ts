import { LlmError, type AttemptInfo, type Clock, type Gate, type Permit } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Claim, LedgerStore } from '@majordomo/ledger';

/** How many may be at work at once. */
export interface LanesOptions {
  /** Lanes of one name are shared by all processes. */
  readonly name: string;
  /** Attempts at a time, over all processes. */
  readonly most: number;
  /** Lanes of its own for each target or provider; default: for all together. */
  readonly each?: 'target' | 'provider' | undefined;
  /** A holder that died gives its place back after this long; renewed while an attempt runs. Default 15,000 ms. */
  readonly leaseMs?: number | undefined;
}

const DEFAULT_LEASE_MS = 15_000;
const RENEWALS = 3;
/** Between two looks whether there is room, in ms; it grows. */
const MIN_POLL_MS = 10;
const MAX_POLL_MS = 250;

/** At most so many attempts at a time, over all processes of the store; the others wait. */
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
        // Tried again in time; the place is free after the lease if it does not help.
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
  const part = each === undefined ? '' : each === 'target' ? target : (target.split('/', 1)[0] ?? '');
  return `lanes/${encodeURIComponent(name)}/${part}`;
}

const KINDS: KindsOf<LanesOptions> = { name: 'string', most: 1, each: ['target', 'provider'], leaseMs: 1 };

function check(options: LanesOptions): void {
  checkOptions('lanes', options, KINDS, ['name', 'most']);
  const { name, most } = options;
  const fail = (path: string, why: string): never => {
    throw new LlmError('config', `lanes: ${path} ${why}`, { path });
  };
  if (name === '') fail('name', 'is empty: processes share lanes by it');
  if (!Number.isSafeInteger(most)) fail('most', `must be a whole number, not ${most}`);
}
