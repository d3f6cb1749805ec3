import { catalog as snapshot } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { checkOptions, func, type KindsOf, list, number, ofKind, text } from '@majordomo/core/toolkit';
import { AlertCheckQueue } from './alerts/alert-check-queue.ts';
import { Alerts } from './alerts/alerts.ts';
import { Leases } from './delivery/leases.ts';
import { Outbox } from './delivery/outbox.ts';
import { endReservation, UnconfirmedReservations } from './delivery/unconfirmed.ts';
import { bookEntry } from './book-entry.ts';
import { limitStates } from './limit-states.ts';
import type { Ledger, LedgerOptions } from './contract/ledger.ts';
import type { Limit } from './contract/limit.ts';
import { AnswerLengths } from './gate/answer-lengths.ts';
import type { LedgerContext } from './gate/context.ts';
import { HeldQueue } from './gate/held-queue.ts';
import { ledgerGate } from './gate/ledger-gate.ts';
import { precheck } from './gate/precheck.ts';
import { ModelCache } from './gate/model-cache.ts';
import { LimitSet } from './limits/limit-set.ts';
import { estimateAmount, renewWork, reserveWork, settleWork } from './long-work.ts';
import { memoryStore } from './memory/memory-store.ts';
import { report } from './report/report.ts';

/**
 * Creates a ledger, which enforces limits, stores a record of each attempt and computes reports. Throws `config` with the
 * path of an invalid option or limit.
 *
 * @example createMajordomo({ providers, gates: [createLedger({ limits }).gate] })
 */
export function createLedger(options: LedgerOptions = {}): Ledger {
  const context = contextOf(options);
  const { store, limits, outbox, heldQueue } = context;
  return {
    gate: { ...ledgerGate(context), precheck: (attempt) => precheck(context, attempt) },
    limits: () => limits.all().map(({ definition }) => definition),
    setLimit(limit) {
      limits.set(limit);
      heldQueue.retryAll();
    },
    removeLimit(name) {
      limits.remove(name);
      heldQueue.retryAll();
    },
    state: async (of?: string | readonly Limit[]) =>
      limitStates(
        context,
        typeof of === 'object' ? of.map((limit) => limits.ofCaller(limit)) : limits.named(of),
      ),
    records: (query = {}) => store.records(query),
    report: (query) => report(store, query),
    book: (entry) => bookEntry(context, entry),
    estimate: (attempt, tier) => estimateAmount(context, attempt, tier),
    reserve: (work, most, limitMs) => reserveWork(context, work, most, limitMs),
    renew: (work, limitMs) => renewWork(context, work, limitMs),
    release: ({ id }) => endReservation(store, id),
    settle: (work, used) => settleWork(context, work, used),
    flush: () => outbox.flush(),
    async close() {
      try {
        await outbox.close();
      } finally {
        await store.close();
      }
    },
  };
}

function contextOf(options: LedgerOptions): LedgerContext {
  checkOptions('createLedger', options, KINDS);
  const { clock = systemClock, catalog = snapshot, limits = [], tags = [], onAlert } = options;
  const { unknownPrice = 'deny', whenDown = 'deny', storeTimeoutMs = 250 } = options;
  const { whenHeld = 'wait', heldTimeoutMs = 30_000 } = options;
  const store = options.store ?? memoryStore({ clock });
  const alerts = new Alerts(store, clock, onAlert ?? (() => undefined));
  const onError = (error: unknown): void => {
    alerts.onStoreDown(error);
  };
  const outbox = new Outbox(clock, onError);
  const heldQueue = new HeldQueue(clock, heldTimeoutMs);
  const onRelease = (counters: Iterable<string>): void => {
    heldQueue.onRelease(counters);
  };
  const onUnreleased = (count: number, error: unknown): void => {
    alerts.onUnreleased(count, error);
  };
  return {
    store,
    clock,
    limits: new LimitSet(limits, tags, options.limitsOf),
    countedCalls: new WeakSet(),
    models: new ModelCache(catalog),
    outbox,
    unconfirmed: new UnconfirmedReservations({ store, clock, outbox, onRelease, onUnreleased }),
    leases: new Leases(store, clock, onError),
    alerts,
    alertChecks: new AlertCheckQueue(onAlert && alerts, outbox),
    bookings: new Map(),
    answerLengths: new AnswerLengths(),
    heldQueue,
    options: { ...options, unknownPrice, whenDown, whenHeld, storeTimeoutMs },
  };
}

const RESERVE = ofKind(['maximum', 'likely']);

/** Kinds of the options. `LimitSet` checks the elements of `limits`. */
const KINDS: KindsOf<LedgerOptions> = {
  store: 'object with reserve',
  catalog: 'object with find',
  limits: 'array',
  limitsOf: 'function',
  unknownPrice: ['admit', 'deny'],
  // A check returns `undefined` for a valid value.
  reserve: (value) => (func(value) === undefined ? undefined : RESERVE(value)),
  media: 'object',
  whenDown: ['admit', 'deny'],
  storeTimeoutMs: number(1),
  whenHeld: ['wait', 'deny'],
  heldTimeoutMs: number(1),
  tags: list(text),
  onAlert: 'function',
  onRecord: 'function',
  clock: 'object with now',
};
