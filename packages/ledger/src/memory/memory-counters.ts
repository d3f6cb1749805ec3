import { Bag, type Bagged } from '../books/bag.ts';
import type { Claim, CounterState, Refusal } from '../contract/store.ts';
import { MOST } from '../limits/money.ts';
import { Recent } from './recent.ts';

/** What was used and is held between two beginnings. A late settle finds the period that it belongs to. */
interface Period {
  used: bigint;
  held: bigint;
  /** Epoch ms. */
  readonly resetsAt: number | undefined;
}

interface Hold {
  readonly counter: string;
  readonly period: Period;
  amount: bigint;
  readonly whenLapsed: Claim['whenLapsed'];
}

/** One that is not in the bag of those that are held has lapsed. */
interface Reservation extends Bagged {
  readonly id: string;
  readonly holds: readonly Hold[];
  /** Epoch ms. */
  until: number;
}

/** How long a counter is listed after its period. */
const LISTED_MS = 86_400_000;
/** Reservations between two looks for counters that can be forgotten. */
const SWEEP_EVERY = 1000;

/** Counters with leases. Time comes in. */
export class MemoryCounters {
  private readonly periods = new Map<string, Period>();
  /** All that is known by its id: what is held or has lapsed, and what was settled, of which nothing more is kept. */
  private readonly known = new Recent<Reservation | 'settled'>();
  private readonly held = new Bag<Reservation>();
  /** No lease ends before. */
  private nextLapse = Infinity;
  private sinceSweep = 0;

  reserve(id: string, claims: readonly Claim[], leaseMs: number, now: number): Refusal | undefined {
    this.lapse(now);
    this.forget(now);
    if (this.known.get(id) !== undefined) return undefined;
    const holds: Hold[] = [];
    for (const claim of claims) {
      const twin = holds.find(({ counter }) => counter === claim.counter);
      const period = twin?.period ?? this.periodOf(claim, now);
      const left = claim.max - period.used - period.held;
      if (claim.amount > left || claim.amount < 0n) {
        for (const hold of holds) hold.period.held -= hold.amount;
        if (claim.amount < 0n) throw new RangeError(`a claim on ${claim.counter} is below 0`);
        return { counter: claim.counter, left, retryAfterMs: remaining(period, now) };
      }
      period.held += claim.amount;
      if (twin === undefined)
        holds.push({ counter: claim.counter, period, amount: claim.amount, whenLapsed: claim.whenLapsed });
      else twin.amount += claim.amount;
    }
    for (const { counter, period } of holds) this.periods.set(counter, period);
    this.hold({ id, holds, until: now + leaseMs, place: -1 });
    return undefined;
  }

  renew(id: string, leaseMs: number, now: number): void {
    this.lapse(now);
    const reservation = this.known.get(id);
    if (reservation === undefined || reservation === 'settled' || reservation.place < 0) return;
    reservation.until = now + leaseMs;
    this.nextLapse = Math.min(this.nextLapse, reservation.until);
  }

  settle(
    id: string,
    used: readonly { readonly counter: string; readonly amount: bigint }[],
    now: number,
  ): boolean {
    this.lapse(now);
    const reservation = this.known.get(id);
    if (reservation === undefined || reservation === 'settled') return false;
    const wasHeld = this.held.remove(reservation);
    for (const hold of reservation.holds) {
      const { period } = hold;
      if (wasHeld) period.held -= hold.amount;
      else if (hold.whenLapsed === 'spent') period.used -= hold.amount;
      for (const { counter, amount } of used)
        if (counter === hold.counter) period.used = atMost(period.used + amount);
    }
    this.known.set(id, 'settled');
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

  /** The one under way, or a new one, which counts once something is held on it. */
  private periodOf({ counter, resetsInMs }: Claim, now: number): Period {
    const known = this.periods.get(counter);
    if (known !== undefined && (known.resetsAt === undefined || known.resetsAt > now)) return known;
    return { used: 0n, held: 0n, resetsAt: resetsInMs === undefined ? undefined : now + resetsInMs };
  }

  private hold(reservation: Reservation): void {
    this.known.set(reservation.id, reservation);
    this.held.add(reservation);
    this.nextLapse = Math.min(this.nextLapse, reservation.until);
  }

  private lapse(now: number): void {
    if (now < this.nextLapse) return;
    this.nextLapse = Infinity;
    this.held.each((reservation) => {
      if (reservation.until > now) {
        this.nextLapse = Math.min(this.nextLapse, reservation.until);
        return;
      }
      for (const { period, amount, whenLapsed } of reservation.holds) {
        period.held -= amount;
        if (whenLapsed === 'spent') period.used = atMost(period.used + amount);
      }
      this.held.remove(reservation);
      // It may have begun long ago, and may be settled yet.
      this.known.set(reservation.id, reservation);
    });
  }

  private forget(now: number): void {
    if (this.known.forget(now))
      this.held.each((reservation) => {
        this.known.set(reservation.id, reservation);
      });
    if (++this.sinceSweep < SWEEP_EVERY) return;
    this.sinceSweep = 0;
    for (const [counter, { resetsAt = Infinity }] of this.periods)
      if (resetsAt + LISTED_MS <= now) this.periods.delete(counter);
  }
}

const remaining = ({ resetsAt }: Period, now: number): number | undefined =>
  resetsAt === undefined ? undefined : Math.max(1, Math.ceil(resetsAt - now));

const atMost = (amount: bigint): bigint => (amount > MOST ? MOST : amount);
