import type { Claim, CounterState, LedgerStore, Refusal } from '@majordomo/ledger';
import { fromStoredText, storableMs, toStoredText } from '@majordomo/core/toolkit';
import { toIndexedText } from './indexed-text.ts';
import type { Connection } from '../client/connection.ts';
import { StatementQueue } from '../client/statement-queue.ts';

/** Maximum amount of a counter. */
const MAX_AMOUNT = 2n ** 63n - 1n;
/** Minimum time for which the id of a settled reservation is stored, in milliseconds. */
const KNOWN_MS = 60_000;

type Amounts = Parameters<LedgerStore['settle']>[1];

/** Operation in the format of the database function `ledger`. */
type Operation = Readonly<Record<string, unknown>> & { readonly type: 'reserve' | 'settle' | 'renew' };

/** Result of an operation. */
type Answer = Readonly<Record<string, unknown>>;

/** Counters with leases, which use PostgreSQL's clock. */
export class Counters {
  private readonly connection: Connection;
  private readonly queue: StatementQueue<Operation, Answer>;
  /** Latest operation of each reservation in progress, by its id. */
  private readonly latest = new Map<string, Operation>();

  constructor(connection: Connection) {
    this.connection = connection;
    this.queue = new StatementQueue((operations) => this.execute(operations));
  }

  /**
   * Reserves claims. Rejects a name or an id that is too long for an index before the shared statement, which would otherwise fail for
   * the operations of all callers. If the database confirms a reservation of lanes only after the timeout, releases it. The ledger
   * releases its own reservations, because it may have admitted their work.
   */
  async reserve(id: string, claims: readonly Claim[], leaseMs: number): Promise<Refusal | undefined> {
    const lease = storableMs(leaseMs, 'leaseMs');
    const known = Math.max(KNOWN_MS, lease, 2 * this.connection.timeoutMs);
    const operation = {
      type: 'reserve',
      id: toIndexedText(id, 'the id of a reservation'),
      lease,
      known: storableMs(known, 'timeoutMs'),
      claims: claims.map(toClaim),
    } as const;
    const isLatest = (): boolean => this.latest.get(id) === operation;
    this.latest.set(id, operation);
    let answering: Promise<Answer> | undefined;
    try {
      const answer = await this.connection.withTimeout(() => (answering = this.queue.add(operation)));
      if (isLatest()) this.latest.delete(id);
      return toRefusal(answer);
    } catch (error) {
      const isOfLedger = claims.some(({ whenLapsed }) => whenLapsed === 'spent');
      if (answering === undefined || this.queue.withdraw(operation) || isOfLedger) {
        if (isLatest()) this.latest.delete(id);
      } else void this.releaseLate(id, answering, isLatest);
      throw error;
    }
  }

  async renew(id: string, leaseMs: number): Promise<void> {
    await this.run({ type: 'renew', id: toStoredText(id), lease: storableMs(leaseMs, 'leaseMs') });
  }

  async settle(id: string, used: Amounts): Promise<boolean> {
    const amounts = used.map(({ counter, amount }) => ({
      counter: toStoredText(counter),
      amount: `${amount}`,
    }));
    const answer = await this.run({ type: 'settle', id: toStoredText(id), used: amounts });
    return answer['held'] === true;
  }

  async list(prefix: string): Promise<readonly CounterState[]> {
    const { schema } = this.connection;
    // Call the function without operations, so that it ends lapsed reservations.
    await this.connection.query(`SELECT ${schema}.ledger($1::text::jsonb)::text`, ['[]']);
    // A counter without `began` has only been locked by a reservation that did not fit, so it has no current period.
    // PostgreSQL 14 uses the index only for the first condition, later versions for both.
    const rows = await this.connection.query(
      `SELECT name, (CASE WHEN over THEN 0 ELSE used END)::text AS used, (CASE WHEN over THEN 0 ELSE held END)::text AS held,
         (CASE WHEN over THEN NULL ELSE ends END)::text AS ends
       FROM (SELECT *, coalesce(ends <= ${schema}.now_ms(), false) AS over FROM ${schema}.counters) AS counters
       WHERE name >= $1::text AND starts_with(name, $1::text) AND began IS NOT NULL ORDER BY counters.name`,
      [toStoredText(prefix)],
    );
    return rows.map((row) => ({
      counter: fromStoredText(row['name'] ?? ''),
      used: BigInt(row['used'] ?? 0),
      held: BigInt(row['held'] ?? 0),
      resetsAt: numberOf(row['ends']),
    }));
  }

  private run(operation: Operation): Promise<Answer> {
    return this.queue.addWithin((work) => this.connection.withTimeout(work), operation);
  }

  private async releaseLate(id: string, answering: Promise<Answer>, isLatest: () => boolean): Promise<void> {
    // Ignore the error, because the reservation of a lane ends with its lease.
    const answer = await answering.catch(() => undefined);
    // A later operation with this id uses the reservation, so do not release it.
    if (!isLatest()) return;
    this.latest.delete(id);
    if (answer !== undefined && toRefusal(answer) === undefined)
      this.queue.add({ type: 'settle', id: toStoredText(id), used: [] }).catch(() => undefined);
  }

  private async execute(operations: readonly Operation[]): Promise<readonly Answer[]> {
    const [row] = await this.connection.unlimitedQuery(
      `SELECT ${this.connection.schema}.ledger($1::text::jsonb)::text AS answers`,
      [JSON.stringify(operations)],
    );
    return JSON.parse(row?.['answers'] ?? '[]') as readonly Answer[];
  }
}

function toClaim({ counter, max, amount, whenLapsed, ...period }: Claim): object {
  if (amount < 0n) throw new RangeError(`counter ${counter}: the amount of a claim must not be negative`);
  const { resetsInMs, nextResetsInMs = resetsInMs, window } = period;
  return {
    counter: toIndexedText(counter, 'the name of a counter'),
    max: `${max > MAX_AMOUNT ? MAX_AMOUNT : max}`,
    amount: `${amount}`,
    lapse: whenLapsed,
    ...(window !== undefined
      ? { window: window.ms, phase: window.phaseMs }
      : nextResetsInMs !== undefined && {
          resets: Math.max(1, storableMs(nextResetsInMs, `resetsInMs of ${counter}`)),
        }),
  };
}

function toRefusal(answer: Answer): Refusal | undefined {
  if (answer['counter'] === undefined) return undefined;
  const { counter, left, held, holders, retry } = answer as Readonly<Record<string, string | number | null>>;
  return {
    counter: fromStoredText(String(counter)),
    left: BigInt(left ?? 0),
    held: BigInt(held ?? 0),
    holders: Number(holders),
    retryAfterMs: numberOf(retry),
  };
}

const numberOf = (value: string | number | null | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
