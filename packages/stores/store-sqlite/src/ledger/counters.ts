import type { Claim, CounterState, LedgerStore, Refusal } from '@majordomo/ledger';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import { afterPrefix } from '@majordomo/records';
import type { Database } from '../file/database.ts';

type UsedAmount = Parameters<LedgerStore['settle']>[1];

/** Amount that a reservation has reserved on a counter, in one period. */
interface Hold {
  readonly counter: string;
  /** Number of the period in which the amount was reserved. The counter may start a new period before the settlement. */
  readonly period: number;
  readonly amount: bigint;
  readonly whenLapsed: Claim['whenLapsed'];
}

interface Counter {
  readonly used: bigint;
  readonly held: bigint;
  readonly resetsAt: bigint | null;
  readonly period: bigint;
}

const HELD = 0;
const LAPSED = 1;
const SETTLED = 2;
/** Time for which the id of a settled reservation is stored, in milliseconds. */
const SETTLED_MS = 86_400_000;
/** Time for which a reservation can still be settled after its lease has ended, in milliseconds. */
const LAPSED_MS = 7 * SETTLED_MS;
/** Time by which the end of a period may be later than a claim states, in milliseconds, because the claim waited for a write. */
const CLAIM_DELAY_MS = 60_000;
/** Number of reservations between two removals of old rows. */
const SWEEP_EVERY = 1000;
/** Maximum INTEGER of SQLite. */
const MAX_AMOUNT = 2n ** 63n - 1n;

/** Value that follows every TEXT: a BLOB. */
const AFTER_TEXT = new Uint8Array(1);

/** Counters with leases. Each method runs in one transaction. */
export class Counters {
  private readonly database: Database;
  private readonly now: () => number;
  private readonly sql: ReturnType<typeof statements>;
  private sinceSweep = 0;

  constructor(database: Database, now: () => number) {
    this.database = database;
    this.now = now;
    this.sql = statements(database);
  }

  reserve(id: string, claims: readonly Claim[], leaseMs: number): Promise<Refusal | undefined> {
    return this.database.write(() => {
      const now = this.lapsed();
      this.forget(now);
      if (this.sql.reservation.get(id) !== undefined) return undefined;
      const planned = new Map<string, { counter: Counter; hold: Hold }>();
      for (const given of claims) {
        if (given.amount < 0n)
          throw new RangeError(`counter ${given.counter}: the amount of a claim must not be negative`);
        const claim = { ...given, counter: toStoredText(given.counter) };
        // A reservation may claim from a counter twice.
        const twin = planned.get(claim.counter);
        const counter = twin?.counter ?? this.counterFor(claim, now);
        const own = twin?.hold.amount ?? 0n;
        const left = claim.max - counter.used - counter.held - own;
        if (claim.amount > left)
          return {
            counter: given.counter,
            left,
            held: counter.held,
            holders: Number(this.sql.holders.get(claim.counter)?.['holders'] ?? 0),
            retryAfterMs: remaining(counter.resetsAt, now),
          };
        const hold: Hold = {
          counter: claim.counter,
          period: Number(counter.period),
          amount: own + claim.amount,
          whenLapsed: twin?.hold.whenLapsed ?? claim.whenLapsed,
        };
        planned.set(claim.counter, { counter, hold });
      }
      for (const { counter, hold } of planned.values())
        this.sql.put.run(
          hold.counter,
          counter.used,
          counter.held + hold.amount,
          counter.resetsAt,
          counter.period,
        );
      this.sql.hold.run(id, Math.ceil(now + leaseMs), encode([...planned.values()].map(({ hold }) => hold)));
      return undefined;
    });
  }

  renew(id: string, leaseMs: number): Promise<void> {
    return this.database.write(() => {
      const now = this.lapsed();
      this.sql.renew.run(Math.ceil(now + leaseMs), id);
    });
  }

  settle(id: string, used: UsedAmount): Promise<boolean> {
    return this.database.write(() => {
      const now = this.lapsed();
      const found = this.sql.reservation.get(id);
      if (found === undefined || found['ended'] === SETTLED) return false;
      const wasHeld = found['ended'] === HELD;
      for (const hold of decode(found['holds'])) {
        // The lapse has booked the complete amount, which the used amount replaces.
        const assumed = !wasHeld && hold.whenLapsed === 'spent' ? hold.amount : 0n;
        const amount = sumOf(used, fromStoredText(hold.counter));
        this.book(hold, wasHeld ? hold.amount : 0n, amount - assumed);
      }
      this.sql.end.run(SETTLED, Math.floor(now), id);
      return wasHeld;
    });
  }

  async list(prefix: string): Promise<readonly CounterState[]> {
    // Read first, because usually no reservation has expired, and a read does not wait for writers.
    if (this.sql.firstLapsed.get(Math.floor(this.now())) !== undefined)
      await this.database.write(() => this.lapsed());
    const stored = toStoredText(prefix);
    return this.database.read(() => {
      const now = this.now();
      return this.sql.list.all(stored, afterPrefix(stored) ?? AFTER_TEXT).map((row): CounterState => {
        const { used, held, resetsAt } = row as unknown as Counter;
        const counter = fromStoredText(String(row['counter']));
        if (resetsAt !== null && Number(resetsAt) <= now)
          return { counter, used: 0n, held: 0n, resetsAt: undefined };
        return { counter, used, held, resetsAt: resetsAt === null ? undefined : Number(resetsAt) };
      });
    });
  }

  /**
   * Returns the state of the current period, or the state of a new period. A period is stored with its first reservation. Ignores
   * `window`, because all processes of the file use the clock of the same machine.
   */
  private counterFor({ counter, resetsInMs, nextResetsInMs }: Claim, now: number): Counter {
    const known = this.sql.counter.get(counter) as Counter | undefined;
    const left = nextResetsInMs ?? resetsInMs;
    if (known !== undefined && isCurrent(known, left, now)) return known;
    const began = BigInt(Math.floor(now));
    // The number of the period must increase even if the clock was set back.
    const next = (known?.period ?? 0n) + 1n;
    return {
      used: 0n,
      held: 0n,
      resetsAt: left === undefined ? null : BigInt(Math.ceil(now + left)),
      period: began > next ? began : next,
    };
  }

  /** Ends expired reservations and returns the current time. */
  private lapsed(): number {
    const now = this.now();
    for (const row of this.sql.lapsed.all(Math.floor(now))) {
      for (const hold of decode(row['holds']))
        this.book(hold, hold.amount, hold.whenLapsed === 'spent' ? hold.amount : 0n);
      this.sql.end.run(LAPSED, Math.floor(now), String(row['id']));
    }
    return now;
  }

  /** Releases the reserved amount `given` and adds the amount `used`. Does nothing if the counter has started a new period. */
  private book({ counter, period }: Hold, given: bigint, used: bigint): void {
    if (given === 0n && used === 0n) return;
    const known = this.sql.counter.get(counter) as Counter | undefined;
    if (known === undefined || Number(known.period) !== period) return;
    const sum = known.used + used;
    this.sql.put.run(
      counter,
      sum > MAX_AMOUNT ? MAX_AMOUNT : sum,
      known.held - given,
      known.resetsAt,
      known.period,
    );
  }

  private forget(now: number): void {
    if (this.sinceSweep++ % SWEEP_EVERY !== 0) return;
    const lapsedBefore = Math.floor(now - LAPSED_MS);
    this.sql.forgetEnded.run(LAPSED, lapsedBefore);
    this.sql.forgetEnded.run(SETTLED, Math.floor(now - SETTLED_MS));
    this.sql.forgetCounters.run(lapsedBefore);
  }
}

function statements(database: Database) {
  const columns = 'used, held, resets_at AS resetsAt, period';
  return {
    counter: database.prepareExact(`SELECT ${columns} FROM counters WHERE counter = ?`),
    put: database.prepare(
      `INSERT INTO counters (counter, used, held, resets_at, period) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         used = excluded.used, held = excluded.held, resets_at = excluded.resets_at, period = excluded.period`,
    ),
    list: database.prepareExact(
      `SELECT counter, ${columns} FROM counters WHERE counter >= ? AND counter < ? ORDER BY counter`,
    ),
    reservation: database.prepare('SELECT ended, holds FROM reservations WHERE id = ?'),
    hold: database.prepare(`INSERT INTO reservations (id, until, ended, holds) VALUES (?, ?, ${HELD}, ?)`),
    // The positions are those of `encode`: 0 is the counter, and 2 the amount.
    holders: database.prepare(
      `SELECT count(*) AS holders FROM reservations, json_each(holds) AS hold
         WHERE ended = ${HELD} AND hold.value ->> 0 = ? AND hold.value ->> 2 != '0'`,
    ),
    renew: database.prepare(`UPDATE reservations SET until = ? WHERE id = ? AND ended = ${HELD}`),
    end: database.prepare('UPDATE reservations SET ended = ?, until = ? WHERE id = ?'),
    lapsed: database.prepare(`SELECT id, holds FROM reservations WHERE ended = ${HELD} AND until <= ?`),
    firstLapsed: database.prepare(`SELECT 1 FROM reservations WHERE ended = ${HELD} AND until <= ? LIMIT 1`),
    forgetEnded: database.prepare('DELETE FROM reservations WHERE ended = ? AND until < ?'),
    forgetCounters: database.prepare('DELETE FROM counters WHERE resets_at < ?'),
  };
}

/**
 * Whether the counter's period has not ended. A period that began in the future and ends later than the claim's period began while
 * the clock of the machine was ahead, and would otherwise last until the clock reaches its end.
 */
function isCurrent({ resetsAt, period }: Counter, resetsInMs: number | undefined, now: number): boolean {
  if (resetsAt === null) return true;
  const leftMs = Number(resetsAt) - now;
  const wasClockAhead = Number(period) > now && leftMs > (resetsInMs ?? Infinity) + CLAIM_DELAY_MS;
  return leftMs > 0 && !wasClockAhead;
}

const remaining = (resetsAt: bigint | null, now: number): number | undefined =>
  resetsAt === null ? undefined : Math.max(1, Math.ceil(Number(resetsAt) - now));

const sumOf = (used: UsedAmount, counter: string): bigint =>
  used.reduce((sum, entry) => (entry.counter === counter ? sum + entry.amount : sum), 0n);

const encode = (holds: readonly Hold[]): string =>
  JSON.stringify(
    holds.map(({ counter, period, amount, whenLapsed }) => [counter, period, String(amount), whenLapsed]),
  );

function decode(json: unknown): readonly Hold[] {
  const holds = JSON.parse(String(json)) as [string, number, string, Claim['whenLapsed']][];
  return holds.map(([counter, period, amount, whenLapsed]) => ({
    counter,
    period,
    amount: BigInt(amount),
    whenLapsed,
  }));
}
