import type { Claim, CounterState, Refusal } from '../contract/store.ts';
import { capAmount } from '../limits/money.ts';

/** Amounts of one period of a counter. A reservation is always settled in the period in which it was made. */
interface CounterPeriod {
  used: bigint;
  held: bigint;
  /** Number of reservations with an amount above 0. */
  holders: number;
  /** End of the period in epoch milliseconds; `undefined` if the counter never resets. */
  readonly resetsAt: number | undefined;
}

interface Hold {
  readonly counter: string;
  readonly period: CounterPeriod;
  amount: bigint;
  readonly whenLapsed: Claim['whenLapsed'];
}

interface Reservation {
  readonly holds: readonly Hold[];
  readonly leaseMs: number;
  state: 'held' | 'lapsed' | 'settled';
  /** End of the lease of a held reservation, otherwise the time at which it lapsed or was settled, in epoch milliseconds. */
  until: number;
}

/** Time for which an ended counter and the id of a lapsed reservation are stored, in milliseconds. */
const LAPSED_MS = 86_400_000;
/** Minimum time for which a settled id is stored, in milliseconds, because its reservation may be repeated. */
const SETTLED_MS = 60_000;
/** Time between two removals of old entries, in milliseconds. */
const SWEEP_EVERY_MS = 10_000;

/** Counters and their leases in memory. Each method receives the current time as an argument. */
export class MemoryCounters {
  private readonly periods = new Map<string, CounterPeriod>();
  private readonly reservations = new Map<string, Reservation>();
  private readonly held = new Set<Reservation>();
  /** Earliest end of a lease in epoch milliseconds. */
  private nextLapse = Infinity;
  /** Time of the next removal of old entries, in epoch milliseconds. */
  private nextSweep = 0;

  reserve(id: string, claims: readonly Claim[], leaseMs: number, now: number): Refusal | undefined {
    this.lapse(now);
    this.sweep(now);
    if (this.reservations.has(id)) return undefined;
    const holds: Hold[] = [];
    for (const claim of claims) {
      const { counter, max, amount, whenLapsed } = claim;
      if (amount < 0n) throw new RangeError(`counter ${counter}: the amount of a claim must not be negative`);
      // A reservation may claim from a counter twice.
      const twin = holds.find((hold) => hold.counter === counter);
      const period = twin?.period ?? this.periodOf(claim, now);
      const { used, held, holders } = period;
      const left = max - used - held - (twin?.amount ?? 0n);
      if (amount > left) return { counter, left, held, holders, retryAfterMs: remaining(period, now) };
      if (twin === undefined) holds.push({ counter, period, amount, whenLapsed });
      else twin.amount += amount;
    }
    for (const { counter, period, amount } of holds) {
      this.periods.set(counter, period);
      adjustHeld(period, amount, 1);
    }
    const reservation: Reservation = { holds, leaseMs, state: 'held', until: now + leaseMs };
    this.reservations.set(id, reservation);
    this.held.add(reservation);
    this.nextLapse = Math.min(this.nextLapse, reservation.until);
    return undefined;
  }

  renew(id: string, leaseMs: number, now: number): void {
    this.lapse(now);
    const reservation = this.reservations.get(id);
    if (reservation?.state !== 'held') return;
    reservation.until = now + leaseMs;
    this.nextLapse = Math.min(this.nextLapse, reservation.until);
  }

  settle(
    id: string,
    used: readonly { readonly counter: string; readonly amount: bigint }[],
    now: number,
  ): boolean {
    this.lapse(now);
    const reservation = this.reservations.get(id);
    if (reservation === undefined || reservation.state === 'settled') return false;
    const wasHeld = reservation.state === 'held';
    for (const { counter, period, amount, whenLapsed } of reservation.holds) {
      if (wasHeld) adjustHeld(period, -amount, -1);
      // The lapse has booked the complete amount, which the used amounts replace.
      else if (whenLapsed === 'spent') period.used -= amount;
      for (const use of used) if (use.counter === counter) period.used = capAmount(period.used + use.amount);
    }
    this.end(reservation, 'settled', now);
    return wasHeld;
  }

  list(prefix: string, now: number): readonly CounterState[] {
    this.lapse(now);
    const found: CounterState[] = [];
    for (const [counter, { used, held, resetsAt }] of this.periods) {
      if (!counter.startsWith(prefix)) continue;
      const isOver = resetsAt !== undefined && resetsAt <= now;
      found.push(
        isOver ? { counter, used: 0n, held: 0n, resetsAt: undefined } : { counter, used, held, resetsAt },
      );
    }
    return found.sort((a, b) => (a.counter < b.counter ? -1 : 1));
  }

  /**
   * Returns the current period, or a new one. A new period is stored with its first claim. Claims arrive at once and by the same
   * clock, so `nextResetsInMs` and `window` are not needed.
   */
  private periodOf({ counter, resetsInMs }: Claim, now: number): CounterPeriod {
    const known = this.periods.get(counter);
    const hasEnded = known?.resetsAt !== undefined && known.resetsAt <= now;
    if (known !== undefined && !hasEnded) return known;
    const resetsAt = resetsInMs === undefined ? undefined : now + resetsInMs;
    return { used: 0n, held: 0n, holders: 0, resetsAt };
  }

  private lapse(now: number): void {
    if (now < this.nextLapse) return;
    this.nextLapse = Infinity;
    for (const reservation of this.held) {
      if (reservation.until > now) {
        this.nextLapse = Math.min(this.nextLapse, reservation.until);
        continue;
      }
      for (const { period, amount, whenLapsed } of reservation.holds) {
        adjustHeld(period, -amount, -1);
        if (whenLapsed === 'spent') period.used = capAmount(period.used + amount);
      }
      this.end(reservation, 'lapsed', now);
    }
  }

  private end(reservation: Reservation, state: 'lapsed' | 'settled', now: number): void {
    this.held.delete(reservation);
    reservation.state = state;
    reservation.until = now;
  }

  private sweep(now: number): void {
    if (now < this.nextSweep) return;
    this.nextSweep = now + SWEEP_EVERY_MS;
    for (const [id, { state, until, leaseMs }] of this.reservations) {
      const knownMs = state === 'settled' ? Math.max(SETTLED_MS, leaseMs) : LAPSED_MS;
      if (state !== 'held' && until + knownMs <= now) this.reservations.delete(id);
    }
    for (const [counter, { resetsAt = Infinity }] of this.periods)
      if (resetsAt + LAPSED_MS <= now) this.periods.delete(counter);
  }
}

function adjustHeld(period: CounterPeriod, amount: bigint, holders: 1 | -1): void {
  period.held += amount;
  if (amount !== 0n) period.holders += holders;
}

const remaining = ({ resetsAt }: CounterPeriod, now: number): number | undefined =>
  resetsAt === undefined ? undefined : Math.max(1, Math.ceil(resetsAt - now));
