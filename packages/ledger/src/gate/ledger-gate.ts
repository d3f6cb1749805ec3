import type { CatalogModel, Price } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Clock, Denial, Gate, Permit } from '@majordomo/core';
import { answerOf, tell, whenThere } from '@majordomo/core/provider';
import { Alerts } from '../alerts/alerts.ts';
import { LEASE_MS, Leases } from '../books/leases.ts';
import type { Job, Outbox } from '../books/outbox.ts';
import type { LedgerOptions } from '../contract/ledger.ts';
import type { Claim, LedgerStore, Refusal } from '../contract/store.ts';
import type { Spender } from '../limits/bound.ts';
import type { Counted, LimitBook } from '../limits/limit-book.ts';
import { Answers } from './answers.ts';
import { refused, storeDown } from './denials.ts';
import { estimate, type Estimate } from './estimate.ts';
import type { Instants } from './instants.ts';
import { inTime } from '../books/in-time.ts';
import { planned } from './plan.ts';
import { priceOf, Prices } from './prices.ts';
import { recordOf } from './spend-record.ts';
import { costFor, usageOf, usedBy } from './used.ts';

/** What a ledger's parts have in common. */
export interface Desk {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly limits: LimitBook;
  readonly prices: Prices;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly alerts: Alerts;
  readonly answers: Answers;
  readonly instants: Instants;
  readonly options: Pick<LedgerOptions, 'reserve' | 'tags' | 'onRecord' | 'onAlert'> & {
    readonly unknownPrice: 'admit' | 'deny';
    readonly whenDown: 'admit' | 'deny';
    readonly storeTimeoutMs: number;
  };
}

/** Of an answer that nobody knows anything about, for those who reserve what is likely. */
const GUESSED_OUTPUT = 4096;

/** One attempt that asks to be admitted. */
interface Request {
  readonly attempt: AttemptInfo;
  readonly id: string;
  readonly spender: Spender;
  readonly counted: readonly Counted[];
  readonly model: CatalogModel | undefined;
  readonly price: Price | undefined;
  /** `undefined` if no limit needs it. */
  readonly claimed: Estimate | undefined;
}

/** Reserves before each attempt what it may use, and books afterwards what it used. */
export const ledgerGate = (desk: Desk): Gate => ({
  name: 'ledger',
  admit: (attempt) =>
    whenThere(desk.prices.model(attempt.vendor, attempt.model), (model) =>
      admit(desk, requested(desk, attempt, model)),
    ),
});

/** At once, where the store answers at once. */
function admit(desk: Desk, request: Request): Permit | Denial | Promise<Permit | Denial> {
  const { attempt, counted, spender, claimed, price } = request;
  const { unknownPrice } = desk.options;
  const now = desk.clock.now();
  const bounds = claimed ?? UNMEASURED;
  const plan = planned(counted, attempt, spender, bounds, price !== undefined, unknownPrice, now);
  if ('deny' in plan) return plan;
  if (plan.length === 0) return permit(desk, request, plan);
  const reserving = answerOf(() => desk.store.reserve(request.id, plan, LEASE_MS));
  return reserving instanceof Promise
    ? admitInTime(desk, request, plan, reserving)
    : answered(desk, request, plan, reserving);
}

async function admitInTime(
  desk: Desk,
  request: Request,
  plan: readonly Claim[],
  reserving: Promise<Refusal | undefined>,
): Promise<Permit | Denial> {
  const { clock, options } = desk;
  let refusal: Refusal | undefined;
  try {
    refusal = await inTime(reserving, options.storeTimeoutMs, clock);
  } catch (error) {
    desk.alerts.down(error);
    if (options.whenDown === 'admit') return permitWhileDown(desk, request, plan);
    giveBack(desk, request.id, reserving);
    return storeDown(error);
  }
  return answered(desk, request, plan, refusal);
}

function answered(
  desk: Desk,
  request: Request,
  plan: readonly Claim[],
  refusal: Refusal | undefined,
): Permit | Denial {
  desk.alerts.up();
  return refusal === undefined ? permit(desk, request, plan) : denied(desk, request, plan, refusal);
}

function requested(desk: Desk, attempt: AttemptInfo, model: CatalogModel | undefined): Request {
  const { call, target, vendor } = attempt;
  const spender: Spender = { tenant: call.tenant, vendor, target, metadata: call.metadata };
  const counted = desk.limits.countersFor(spender);
  const price = model && priceOf(model, desk.clock.now());
  const isMeasured = counted.some(({ bound }) => bound.unit !== 'requests');
  const claimed = isMeasured ? claimOf(desk, attempt, model, price) : undefined;
  return {
    attempt,
    id: [call.id, target, attempt.attempt].join('/'),
    spender,
    counted,
    model,
    price,
    claimed,
  };
}

/** Limits of requests do not depend on their size. */
const UNMEASURED: Estimate = {
  input: 0,
  output: undefined,
  nanoUsd: undefined,
  inputNanoUsd: undefined,
  isByUnit: false,
};

function claimOf(
  desk: Desk,
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  price: Price | undefined,
): Estimate {
  const most = estimate(attempt, model, price, undefined);
  const wanted = wantedOutput(desk, attempt, most.output);
  return wanted === undefined ? most : estimate(attempt, model, price, wanted);
}

/** `undefined`: the most. */
function wantedOutput(
  { answers, options: { reserve } }: Desk,
  attempt: AttemptInfo,
  most: number | undefined,
): number | undefined {
  if (typeof reserve === 'function') return reserve(attempt);
  if (reserve !== 'likely') return undefined;
  return answers.likely(attempt.target) ?? (most === undefined ? GUESSED_OUTPUT : undefined);
}

function denied(
  { alerts, clock, options, outbox }: Desk,
  { counted, spender }: Request,
  claims: readonly Claim[],
  refusal: Refusal,
): Denial {
  const bound = counted.find(({ counter }) => counter === refusal.counter)?.bound;
  if (bound === undefined)
    throw new Error(`the store refused a counter that was not asked for: ${refusal.counter}`);
  const amount = claims.find(({ counter }) => counter === refusal.counter)?.amount ?? 0n;
  const { counter } = refusal;
  if (options.onAlert !== undefined && amount <= bound.max)
    void outbox.send({
      run: () => alerts.refused({ bound, counter, amount, tenant: spender.tenant }),
    });
  return refused(bound, amount, refusal, clock.now());
}

/** Denied for want of an answer: what was reserved nevertheless is nobody's. */
function giveBack({ store, outbox }: Desk, id: string, reserving: Promise<unknown>): void {
  reserving.then(
    () => outbox.send({ run: () => givenBack(store, id) }),
    () => undefined,
  );
}

/** To its counters, unused. */
const givenBack = (store: LedgerStore, id: string): void | Promise<void> =>
  whenThere(store.settle(id, []), () => undefined);

function permit(desk: Desk, request: Request, claims: readonly Claim[]): Permit {
  const { leases, outbox, store } = desk;
  const { id, attempt } = request;
  const lease = claims.length > 0 ? leases.hold(id, attempt) : undefined;
  return {
    settle(outcome) {
      if (lease !== undefined) leases.release(lease);
      if (outcome.outcome !== 'skipped') return outbox.send(booking(desk, request, claims, outcome));
      if (claims.length === 0) return undefined;
      return outbox.send({ run: () => givenBack(store, id) });
    },
  };
}

/** The store had its time: nobody waits longer for the booking either. */
function permitWhileDown(desk: Desk, request: Request, claims: readonly Claim[]): Permit {
  const { clock, options } = desk;
  const granted = permit(desk, request, claims);
  return {
    async settle(outcome) {
      const booked = Promise.resolve(granted.settle(outcome));
      await inTime(booked, options.storeTimeoutMs, clock, true).catch(() => undefined);
    },
  };
}

/** Books one attempt. */
function booking(
  desk: Desk,
  { attempt, id, spender, counted, model, price, claimed }: Request,
  claims: readonly Claim[],
  outcome: Attempt,
): Job {
  const { store, prices, options, limits } = desk;
  const usage = usageOf(outcome, attempt);
  const isEstimated = outcome.stopped === true && usage === undefined;
  const bounds = claimed ?? (isEstimated ? estimate(attempt, model, price, undefined) : UNMEASURED);
  const cost = costFor(outcome, usage, price, attempt, bounds);
  const amounts = usedBy(outcome, usage, cost, bounds);
  const at = desk.instants.textOf(desk.clock.now());
  const tags = limits.keptKeys();
  const record = recordOf(attempt, outcome, usage, cost, { id, at, tags, catalog: prices.date });
  const booked = claimedOf(counted, claims).map(({ bound, counter }) => ({
    bound,
    counter,
    amount: amounts[bound.unit],
    tenant: spender.tenant,
  }));
  if (options.reserve === 'likely' && usage?.output !== undefined && outcome.outcome === 'finished')
    desk.answers.saw(attempt.target, usage.output);
  const tellAll = (): void => {
    desk.alerts.up();
    tell(options.onRecord, record);
    if (options.onAlert === undefined) return;
    // A failed attempt has no usage for its own reasons.
    if (cost.basis === 'unknown' && (usage !== undefined || outcome.outcome === 'finished'))
      desk.alerts.unpriced(attempt.target, cost.missing);
    if (cost.driftNanoUsd !== undefined)
      desk.alerts.drift(attempt.target, cost.driftNanoUsd, cost.nanoUsd ?? 0n);
    for (const one of booked) void desk.outbox.send({ run: () => desk.alerts.booked(one) });
  };
  return {
    run: () =>
      whenThere(claims.length > 0 ? store.settle(id, booked) : true, () =>
        whenThere(store.append(record), tellAll),
      ),
    lost(error) {
      desk.alerts.unrecorded(record, error);
    },
  };
}

/** Not every limit looks at every attempt. */
function claimedOf(counted: readonly Counted[], claims: readonly Claim[]): readonly Counted[] {
  if (claims.length === counted.length) return counted;
  return counted.filter(({ counter }) => claims.some((claim) => claim.counter === counter));
}
