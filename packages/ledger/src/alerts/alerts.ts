import type { Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Alert } from '../contract/alert.ts';
import type { LimitState } from '../contract/limit.ts';
import type { SpendRecord } from '../contract/record.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { Bound } from '../limits/bound.ts';
import { Burn } from '../limits/burn.ts';
import { stateOf } from '../limits/state-of.ts';

/** An amount that was booked, or refused, on a counter of a limit. */
export interface Booked {
  readonly bound: Bound;
  readonly counter: string;
  readonly amount: bigint;
  readonly tenant: string | undefined;
}

const DEFAULT_SHARES = [0.8, 0.9, 0.95];
const DAYS = [1, 3, 7] as const;
const DAY_MS = 86_400_000;
/** A smaller difference is a matter of rounding, or of a vendor's own discount. */
const LEAST_DRIFT = 0.01;
/** What is remembered, so that a store is not asked again and again. */
const MOST_KEPT = 10_000;
/** A claim on the right to tell is settled at once. */
const TELLING_MS = 30_000;

/** Tells what is worth telling, and each thing once. */
export class Alerts {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly onAlert: (alert: Alert) => void;
  private readonly told = new Set<string>();
  private readonly burns = new Map<string, Burn>();
  private isDown = false;

  constructor(store: LedgerStore, clock: Clock, onAlert: (alert: Alert) => void) {
    this.store = store;
    this.clock = clock;
    this.onAlert = onAlert;
  }

  /** Looks at a counter that has grown. */
  async booked(booked: Booked): Promise<void> {
    const { bound, counter, amount } = booked;
    const state = await this.stateOf(booked);
    if (state === undefined) return;
    const burn = this.burnOf(counter);
    const now = this.clock.now();
    burn.saw(state.used, amount, now);
    const left = state.left > 0n ? state.left : 0n;
    await this.tellShares(booked, { ...state, emptyAt: burn.emptyAt(left, now) });
    if (isLong(bound)) await this.tellRunningOut(booked, { ...state, emptyAt: burn.emptyAt(left, now) });
  }

  /** A call was denied that would fit into a new period. */
  async refused(booked: Booked): Promise<void> {
    const state = await this.stateOf(booked);
    // Else others only hold what they may not need.
    if (state !== undefined && state.used + booked.amount > booked.bound.max)
      await this.tellOnce(booked, 'spent', { type: 'spent', state });
  }

  unpriced(target: string, missing: readonly string[]): void {
    if (this.isNews(`unpriced/${target}`)) this.tell({ type: 'unpriced', target, missing });
  }

  drift(target: string, drift: bigint, reported: bigint): void {
    const share = Number(drift) / Number(reported === 0n ? 1n : reported);
    if (Math.abs(share) >= LEAST_DRIFT && this.isNews(`drift/${target}`))
      this.tell({ type: 'drift', target, share });
  }

  /** The store never takes it. */
  unrecorded(record: SpendRecord, error: unknown): void {
    this.tell({ type: 'unrecorded', record, error });
  }

  /** The store failed. */
  down(error: unknown): void {
    if (this.isDown) return;
    this.isDown = true;
    this.tell({ type: 'store-down', error });
  }

  /** The store has answered. */
  up(): void {
    this.isDown = false;
  }

  private async tellShares(booked: Booked, state: LimitState): Promise<void> {
    const { bound } = booked;
    for (const share of [...(bound.limit.alertAt ?? DEFAULT_SHARES)].sort((a, b) => a - b))
      if (Number(state.used) / Number(bound.max) >= share)
        await this.tellOnce(booked, `share-${share}`, { type: 'threshold', share, state });
    if (state.used >= bound.max) await this.tellOnce(booked, 'spent', { type: 'spent', state });
  }

  private async tellRunningOut(booked: Booked, state: LimitState): Promise<void> {
    const { emptyAt, resetsAt = Infinity, left } = state;
    if (left <= 0n || emptyAt === undefined || emptyAt >= resetsAt) return;
    const days = (emptyAt - this.clock.now()) / DAY_MS;
    const reached = DAYS.filter((most) => days <= most);
    const [nearest] = reached;
    // Whoever hears of one day need not hear of three afterwards.
    for (const most of reached.toReversed())
      await this.tellOnce(
        booked,
        `empty-in-${most}`,
        most === nearest ? { type: 'running-out', days: most, state } : undefined,
      );
  }

  private async stateOf({ bound, counter }: Booked): Promise<LimitState | undefined> {
    const counters = await this.store.counters(counter);
    const found = counters.find((one) => one.counter === counter);
    return found && stateOf(bound, found, this.clock.now(), undefined);
  }

  /** Over all processes of the store: who gets the one place of a counter tells. */
  private async tellOnce(
    { bound, counter, tenant }: Booked,
    what: string,
    alert: Alert | undefined,
  ): Promise<void> {
    const now = this.clock.now();
    const from = bound.periodAt(now)?.from ?? 0;
    const name = `alert/${counter}/${from}/${bound.max}/${bound.armed}/${what}`;
    if (!this.isNews(name)) return;
    const id = `${name}/${crypto.randomUUID()}`;
    const claim = bound.claim(counter, 1n, { tenant }, now);
    try {
      const refusal = await this.store.reserve(id, [{ ...claim, counter: name, max: 1n }], TELLING_MS);
      if (refusal !== undefined) return;
      await this.store.settle(id, [{ counter: name, amount: 1n }]);
    } catch (error) {
      this.told.delete(name);
      throw error;
    }
    if (alert !== undefined) this.tell(alert);
  }

  private isNews(name: string): boolean {
    if (this.told.has(name)) return false;
    if (this.told.size >= MOST_KEPT) this.told.clear();
    this.told.add(name);
    return true;
  }

  private burnOf(counter: string): Burn {
    const known = this.burns.get(counter);
    if (known !== undefined) return known;
    if (this.burns.size >= MOST_KEPT) this.burns.clear();
    const burn = new Burn();
    this.burns.set(counter, burn);
    return burn;
  }

  private tell(alert: Alert): void {
    notify(this.onAlert, alert);
  }
}

/** Of shorter periods it is no news that they run out within a day. */
function isLong({ limit: { per } }: Bound): boolean {
  return per === 'day' || per === 'month' || per === 'ever' || (typeof per === 'object' && per.ms >= DAY_MS);
}
