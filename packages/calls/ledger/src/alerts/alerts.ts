import type { Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Alert } from '../contract/alert.ts';
import type { LimitState } from '../contract/limit.ts';
import type { SpendRecord } from '../contract/record.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { LimitCounters } from '../limits/limit-counters.ts';
import { BurnRate } from '../limits/burn-rate.ts';

/** Amount that was booked on a counter, or that the counter's limit denied. */
export interface BookedAmount {
  readonly limit: LimitCounters;
  readonly counter: string;
  readonly amount: bigint;
  readonly tenant: string | undefined;
}

const DEFAULT_SHARES = [0.8, 0.9, 0.95];
/** Numbers of days until a limit is used up at which `running-out` is emitted. */
const DAYS = [1, 3, 7] as const;
const DAY_MS = 86_400_000;
/** Minimum difference that emits `drift`, as a share of the reported cost. Rounding and discounts cause smaller differences. */
const MIN_DRIFT = 0.01;
/**
 * Maximum number of stored alerts, and of stored burn rates. Above this number, all stored alerts or rates are removed. An alert
 * about a target can then be emitted again.
 */
const MAX_REMEMBERED = 10_000;
/** Lease of the claim with which a process reserves an alert, in milliseconds. The process settles the claim immediately. */
const CLAIM_LEASE_MS = 30_000;

/**
 * Detector of the conditions of all alerts. Emits an alert about a limit once across all processes, an alert about a target once
 * per process, `store-down` once per outage, and every other alert each time.
 */
export class Alerts {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly onAlert: (alert: Alert) => void;
  /** Names of the alerts that this process or another one has emitted. */
  private readonly emitted = new Set<string>();
  private readonly burnRates = new Map<string, BurnRate>();
  /** Whether the last call of the store failed. */
  private isDown = false;

  constructor(store: LedgerStore, clock: Clock, onAlert: (alert: Alert) => void) {
    this.store = store;
    this.clock = clock;
    this.onAlert = onAlert;
  }

  /** Checks a counter after an amount was booked on it. */
  async onBooked(booked: BookedAmount): Promise<void> {
    const { limit, counter, amount } = booked;
    const state = await this.stateOf(booked);
    if (state === undefined) return;
    const burn = this.burnRateOf(counter);
    const now = this.clock.now();
    burn.addSample(state.used, amount, now);
    const withRate = { ...state, emptyAt: burn.emptyAt(state.left, now) };
    await this.emitShares(booked, withRate);
    if (isLong(limit)) await this.emitRunningOut(booked, withRate);
  }

  /** Checks a counter after a call was denied. */
  async onRefused(booked: BookedAmount): Promise<void> {
    const state = await this.stateOf(booked);
    // Do not emit `spent` if only reservations fill the limit, because they may still be released.
    if (state !== undefined && state.used + booked.amount > booked.limit.max)
      await this.emitOnce(booked, 'spent', { type: 'spent', state });
  }

  onUnpriced(target: string, missing: readonly string[]): void {
    if (this.isNew(`unpriced/${target}`)) this.emit({ type: 'unpriced', target, missing });
  }

  onDrift(target: string, drift: bigint, reported: bigint): void {
    // With a reported cost of 0, divide by 1. Any difference then exceeds `MIN_DRIFT`.
    const share = Number(drift) / Number(reported === 0n ? 1n : reported);
    if (Math.abs(share) >= MIN_DRIFT && this.isNew(`drift/${target}`))
      this.emit({ type: 'drift', target, share });
  }

  onUnrecorded(record: SpendRecord, error: unknown): void {
    this.emit({ type: 'unrecorded', record, error });
  }

  onUnreleased(reservations: number, error: unknown): void {
    this.emit({ type: 'unreleased', reservations, error });
  }

  /** Emits `store-down` for the first failure of an outage. */
  onStoreDown(error: unknown): void {
    if (this.isDown) return;
    this.isDown = true;
    this.emit({ type: 'store-down', error });
  }

  onStoreUp(): void {
    this.isDown = false;
  }

  private async emitShares(booked: BookedAmount, state: LimitState): Promise<void> {
    const { limit } = booked;
    const used = Number(state.used) / Number(limit.max);
    const reached = (limit.definition.alertAt ?? DEFAULT_SHARES).filter((share) => used >= share);
    const highest = Math.max(...reached);
    for (const share of reached.sort((a, b) => a - b)) {
      const isHighest = share === highest;
      await this.emitOnce(booked, `share-${share}`, { type: 'threshold', share, isHighest, state });
    }
    if (state.used >= limit.max) await this.emitOnce(booked, 'spent', { type: 'spent', state });
  }

  private async emitRunningOut(booked: BookedAmount, state: LimitState): Promise<void> {
    const { emptyAt, resetsAt = Infinity, left } = state;
    if (left <= 0n || emptyAt === undefined || emptyAt >= resetsAt) return;
    const days = (emptyAt - this.clock.now()) / DAY_MS;
    const reached = DAYS.filter((most) => days <= most);
    const [nearest] = reached;
    // An alert for one day makes the alerts for three and seven days obsolete.
    for (const most of reached.toReversed())
      await this.emitOnce(
        booked,
        `empty-in-${most}`,
        most === nearest ? { type: 'running-out', days: most, state } : undefined,
      );
  }

  private async stateOf({ limit, counter }: BookedAmount): Promise<LimitState | undefined> {
    // Lists all counters whose names begin with this one.
    const counters = await this.store.counters(counter);
    const found = counters.find((one) => one.counter === counter);
    return found && { ...limit.stateOf(found, this.clock.now()), emptyAt: undefined };
  }

  /**
   * Emits an alert once across all processes that share the store. Each process tries to reserve a counter whose maximum is 1.
   * Only the process that succeeds emits the alert. If `alert` is `undefined`, later alerts of this name are suppressed.
   */
  private async emitOnce(
    { limit, counter, tenant }: BookedAmount,
    what: string,
    alert: Alert | undefined,
  ): Promise<void> {
    const now = this.clock.now();
    const from = limit.periodAt(now)?.from ?? 0;
    const name = `alert/${counter}/${from}/${limit.max}/${limit.revision}/${what}`;
    if (!this.isNew(name)) return;
    const id = `${name}/${crypto.randomUUID()}`;
    const claim = limit.claim(counter, 1n, { tenant }, now);
    try {
      const refusal = await this.store.reserve(id, [{ ...claim, counter: name, max: 1n }], CLAIM_LEASE_MS);
      if (refusal !== undefined) return;
      await this.store.settle(id, [{ counter: name, amount: 1n }]);
    } catch (error) {
      this.emitted.delete(name);
      throw error;
    }
    if (alert !== undefined) this.emit(alert);
  }

  private isNew(name: string): boolean {
    if (this.emitted.has(name)) return false;
    if (this.emitted.size >= MAX_REMEMBERED) this.emitted.clear();
    this.emitted.add(name);
    return true;
  }

  private burnRateOf(counter: string): BurnRate {
    const known = this.burnRates.get(counter);
    if (known !== undefined) return known;
    if (this.burnRates.size >= MAX_REMEMBERED) this.burnRates.clear();
    const burn = new BurnRate();
    this.burnRates.set(counter, burn);
    return burn;
  }

  private emit(alert: Alert): void {
    notify(this.onAlert, alert);
  }
}

/** Whether a period lasts at least a day. Shorter periods always end within a day, so they need no `running-out` alert. */
function isLong({ definition: { per } }: LimitCounters): boolean {
  return per === 'day' || per === 'month' || per === 'ever' || (typeof per === 'object' && per.ms >= DAY_MS);
}
