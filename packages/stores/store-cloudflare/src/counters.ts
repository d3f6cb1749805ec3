import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import { afterPrefix } from '@majordomo/records';
import type { Claim, CounterState, Refusal } from '@majordomo/ledger';
import type { Row, Sql } from './platform.ts';
import type { Uses } from './wire.ts';

/** Current state of a counter. */
interface Counter {
  readonly used: bigint;
  readonly held: bigint;
  readonly resetsAt: number | undefined;
  /** Start of the period in epoch milliseconds. A late settlement compares this time to detect a new period. */
  readonly period: number;
}

/** Amount of a counter that a reservation claims, in one period of the counter. */
interface Hold {
  readonly counter: string;
  readonly period: number;
  readonly amount: string;
  readonly whenLapsed: Claim['whenLapsed'];
}

/** Time for which the id of an ended reservation is stored, in milliseconds, because the reservation may be settled late. */
const LAPSED_MS = 7 * 86_400_000;
/** Maximum used amount of a counter. It is the same in every store, and other stores have it as an int64. */
const MAX_AMOUNT = 2n ** 63n - 1n;

/** Creates the tables if they do not exist. */
export function makeCounters(sql: Sql): void {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, used TEXT, held TEXT, resets_at INTEGER, period INTEGER)',
  );
  sql.exec(
    'CREATE TABLE IF NOT EXISTS reservations (id TEXT PRIMARY KEY, state TEXT, until INTEGER, holds TEXT)',
  );
  sql.exec('CREATE INDEX IF NOT EXISTS by_end ON reservations (state, until)');
}

/** Reserves all claims or none. Like all functions of this file, it runs in a transaction and uses the clock of the object. */
export function reserve(
  sql: Sql,
  now: number,
  {
    id,
    claims,
    leaseMs,
  }: { readonly id: string; readonly claims: readonly Claim[]; readonly leaseMs: number },
): Refusal | undefined {
  lapse(sql, now);
  if (sql.exec('SELECT 1 FROM reservations WHERE id = ?', id).toArray().length > 0) return undefined;
  const holds = new Map<string, Hold>();
  const after = new Map<string, Counter>();
  for (const claim of claims) {
    const { amount, max, whenLapsed } = claim;
    if (amount < 0n)
      throw new RangeError(`counter ${claim.counter}: the amount of a claim must not be negative`);
    const name = toStoredText(claim.counter);
    const counter = after.get(name) ?? present(sql, name, claim, now);
    const left = max - counter.used - counter.held;
    if (amount > left) {
      // Amount of other reservations, without the earlier claims of this one.
      const held = counter.held - BigInt(holds.get(name)?.amount ?? 0);
      const holders = holdersOf(sql, name);
      return { counter: claim.counter, left, held, holders, retryAfterMs: untilReset(counter, now) };
    }
    after.set(name, { ...counter, held: counter.held + amount });
    const twin = holds.get(name);
    const sum = String(BigInt(twin?.amount ?? 0) + amount);
    holds.set(
      name,
      twin ? { ...twin, amount: sum } : { counter: name, period: counter.period, amount: sum, whenLapsed },
    );
  }
  for (const [name, counter] of after) put(sql, name, counter);
  const stored = JSON.stringify([...holds.values()]);
  sql.exec(
    "INSERT INTO reservations (id, state, until, holds) VALUES (?, 'held', ?, ?)",
    id,
    Math.ceil(now + leaseMs),
    stored,
  );
  return undefined;
}

export function renew(sql: Sql, now: number, id: string, leaseMs: number): void {
  lapse(sql, now);
  sql.exec("UPDATE reservations SET until = ? WHERE id = ? AND state = 'held'", Math.ceil(now + leaseMs), id);
}

export function settle(sql: Sql, now: number, id: string, uses: Uses): boolean {
  lapse(sql, now);
  const [row] = sql.exec('SELECT state, holds FROM reservations WHERE id = ?', id).toArray();
  if (row === undefined || row['state'] === 'settled') return false;
  const wasHeld = row['state'] === 'held';
  for (const hold of holdsIn(row)) {
    const counter = fromStoredText(hold.counter);
    const used = uses.reduce((sum, use) => (use.counter === counter ? sum + use.amount : sum), 0n);
    // The lapse has booked the complete amount, which the used amount replaces.
    const assumed = !wasHeld && hold.whenLapsed === 'spent' ? BigInt(hold.amount) : 0n;
    book(sql, hold, wasHeld, used - assumed);
  }
  end(sql, now, id, 'settled');
  return wasHeld;
}

export function counters(sql: Sql, now: number, prefix: string): readonly CounterState[] {
  lapse(sql, now);
  const start = toStoredText(prefix);
  const end = afterPrefix(start);
  const found = `SELECT * FROM counters WHERE name >= ? ${end === undefined ? '' : 'AND name < ?'} ORDER BY name`;
  return sql
    .exec(found, start, ...(end === undefined ? [] : [end]))
    .toArray()
    .map((row) => {
      const { used, held, resetsAt } = counterOf(row);
      const counter = fromStoredText(String(row['name']));
      const isOver = resetsAt !== undefined && resetsAt <= now;
      return isOver
        ? { counter, used: 0n, held: 0n, resetsAt: undefined }
        : { counter, used, held, resetsAt };
    });
}

/** Returns the number of reservations that hold an amount on a counter. */
function holdersOf(sql: Sql, name: string): number {
  const count = `SELECT count(*) AS holders FROM reservations, json_each(holds) AS hold
    WHERE state = 'held' AND hold.value ->> 'counter' = ? AND hold.value ->> 'amount' != '0'`;
  return Number(sql.exec(count, name).toArray()[0]?.['holders'] ?? 0);
}

/** Ends reservations whose lease has expired. Deletes reservations and counters that ended more than `LAPSED_MS` ago. */
function lapse(sql: Sql, now: number): void {
  const over = sql.exec(
    "SELECT id, holds FROM reservations WHERE state = 'held' AND until <= ?",
    Math.floor(now),
  );
  for (const row of over.toArray()) {
    for (const hold of holdsIn(row))
      book(sql, hold, true, hold.whenLapsed === 'spent' ? BigInt(hold.amount) : 0n);
    end(sql, now, String(row['id']), 'lapsed');
  }
  const deleteBefore = Math.floor(now - LAPSED_MS);
  sql.exec("DELETE FROM reservations WHERE state IN ('lapsed', 'settled') AND until < ?", deleteBefore);
  sql.exec('DELETE FROM counters WHERE resets_at < ?', deleteBefore);
}

/** Returns the state of a counter in its current period. Does not store a new period, because the claim may be refused. */
function present(sql: Sql, name: string, claim: Claim, now: number): Counter {
  const stored = read(sql, name);
  const hasEnded = stored?.resetsAt !== undefined && stored.resetsAt <= now;
  if (stored !== undefined && !hasEnded) return stored;
  // The period must increase even if the clock was set back.
  const period = Math.max(now, (stored?.period ?? 0) + 1);
  return { used: 0n, held: 0n, resetsAt: endOf(claim, now), period };
}

/**
 * Returns the end of a period that starts now. Periods of equal length (`window`) are computed from the object's clock. For other
 * periods, the claim contains the remaining time. A claim shortly before the end of a period contains the time until the end of the
 * next one (`nextResetsInMs`), because it may arrive after that end.
 */
function endOf({ resetsInMs, nextResetsInMs = resetsInMs, window }: Claim, now: number): number | undefined {
  if (window !== undefined) {
    const since = (now - window.phaseMs) % window.ms;
    return now + window.ms - (since < 0 ? since + window.ms : since);
  }
  return nextResetsInMs === undefined ? undefined : Math.ceil(now + nextResetsInMs);
}

/** Adds `used` to a counter, and releases the hold if `isReleased`. Does nothing if the period of the hold has ended. */
function book(sql: Sql, { counter: name, period, amount }: Hold, isReleased: boolean, used: bigint): void {
  const stored = read(sql, name);
  if (stored?.period !== period) return;
  const sum = stored.used + used;
  const held = stored.held - (isReleased ? BigInt(amount) : 0n);
  put(sql, name, { ...stored, used: sum > MAX_AMOUNT ? MAX_AMOUNT : sum, held });
}

function read(sql: Sql, name: string): Counter | undefined {
  const [row] = sql.exec('SELECT * FROM counters WHERE name = ?', name).toArray();
  return row && counterOf(row);
}

const counterOf = (row: Row): Counter => ({
  used: BigInt(String(row['used'])),
  held: BigInt(String(row['held'])),
  resetsAt: row['resets_at'] === null ? undefined : Number(row['resets_at']),
  period: Number(row['period']),
});

function put(sql: Sql, name: string, { used, held, resetsAt, period }: Counter): void {
  const values = [name, String(used), String(held), resetsAt ?? null, period];
  sql.exec(
    'INSERT OR REPLACE INTO counters (name, used, held, resets_at, period) VALUES (?, ?, ?, ?, ?)',
    ...values,
  );
}

function end(sql: Sql, now: number, id: string, state: 'lapsed' | 'settled'): void {
  sql.exec('UPDATE reservations SET state = ?, until = ? WHERE id = ?', state, Math.floor(now), id);
}

const holdsIn = (row: Row): readonly Hold[] => JSON.parse(String(row['holds'])) as readonly Hold[];

const untilReset = ({ resetsAt }: Counter, now: number): number | undefined =>
  resetsAt === undefined ? undefined : Math.max(1, Math.ceil(resetsAt - now));
