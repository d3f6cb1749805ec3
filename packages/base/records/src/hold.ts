import { LlmError, systemClock, type Clock } from '@majordomo/core';
import type { RecordChange, RecordStore, StoredRecord } from './contract.ts';

/** Number of renewals during a lease. */
const RENEWALS = 3;

/** Options of `hold`. */
export interface HoldOptions {
  /** Record that is stored if none exists. `@default nothing is stored, and the result is missing` */
  readonly initial?: Value | undefined;
  /**
   * Returns the members that a stored record gets when it is taken, or `undefined` if it is not to be taken, so that the result is `busy`.
   * Omitted members do not change, unless there is a new value.
   * @default takes a record without a due time in the future, and changes no members
   */
  readonly take?: ((record: StoredRecord) => Partial<Value> | undefined) | undefined;
  /** Record that the caller has read, or `null` if it has found none. `@default the record is read` */
  readonly known?: StoredRecord | null | undefined;
  /** Clock of the renewals. `@default the system clock` */
  readonly clock?: Clock | undefined;
}

/** Value of a held record, with the members of a `put`. */
export interface Value {
  readonly value: string;
  readonly label?: string | undefined;
  readonly keepMs?: number | undefined;
  readonly texts?: readonly string[] | undefined;
}

/** Last change of a held record. Omitted members do not change; without `dueMs`, the record has no due time. */
export interface LastChange extends Partial<Value> {
  /** Time from now until the record is due, in milliseconds. `@default never` */
  readonly dueMs?: number | undefined;
}

/**
 * Result of `hold`: the record is held by this call, does not exist, or is not taken. In the last case, another holder has it for
 * `record.dueMs` more milliseconds, or `take` refused.
 */
export type HoldResult =
  | { readonly state: 'held'; readonly hold: Hold }
  | { readonly state: 'missing' }
  | { readonly state: 'busy'; readonly record: StoredRecord };

/**
 * Takes the lease of a record, and renews it until `release` or `remove`. The lease is the version of the record: each change of the
 * holder, also a renewal, needs the version that the last one returned. After another process has taken or changed the record, every
 * later change of the former holder is refused, also if its process was paused.
 *
 * The due time of a held record is the end of its lease. A record that nobody holds may also have a due time in the future, before which
 * it is not to be taken.
 *
 * @param leaseMs time after which another process may take the record, if this process does not renew it, in milliseconds
 */
export async function hold(
  records: RecordStore,
  space: string,
  key: string,
  leaseMs: number,
  options: HoldOptions = {},
): Promise<HoldResult> {
  const { initial, take = takeIfDue, clock = systemClock } = options;
  let { known } = options;
  for (;;) {
    const record = (known === undefined ? await records.get(space, key) : known) ?? undefined;
    known = undefined;
    // After a write of another process, `take` decides again about the new record.
    const members = record === undefined ? initial : take(record);
    if (members === undefined) return record === undefined ? { state: 'missing' } : { state: 'busy', record };
    const sentAt = clock.now();
    const change = changeOf(members, leaseMs);
    const [version] = (await records.write(space, [{ ...change, key, version: record?.version ?? 0 }])) ?? [];
    // Another process was faster.
    if (version === undefined) continue;
    const held = recordAfter(change, record ?? { key, value: '', label: '', at: sentAt }, version, sentAt);
    return { state: 'held', hold: new Hold(records, space, held, leaseMs, clock, sentAt) };
  }
}

const takeIfDue = ({ dueMs = 0 }: StoredRecord): Partial<Value> | undefined => (dueMs > 0 ? undefined : {});

/** Returns the change of a held record: without a value, its other members are touched. */
function changeOf({ value, label, keepMs, texts }: Partial<Value>, dueMs: number | null): StoringChange {
  if (value === undefined) return { type: 'touch', dueMs, label, keepMs };
  return { type: 'put', dueMs: dueMs ?? undefined, value, label, keepMs, texts };
}

/**
 * Returns a record after a change at `at`, a time of the holder's clock. The change replaces all members if it stores a value.
 */
function recordAfter(
  change: StoringChange,
  before: Pick<StoredRecord, 'key' | 'value' | 'label' | 'at'>,
  version: number,
  at: number,
): StoredRecord {
  const { key } = before;
  const dueMs = change.dueMs ?? undefined;
  if (change.type === 'put')
    return { key, value: change.value, label: change.label ?? '', at, version, dueMs };
  const { value, label, at: putAt } = before;
  return { key, value, label: change.label ?? label, at: putAt, version, dueMs };
}

/** Lease of a record. Changes are made one after another. */
export class Hold {
  private readonly records: RecordStore;
  private readonly space: string;
  private readonly leaseMs: number;
  private readonly clock: Clock;
  private readonly lost = new AbortController();
  private current: StoredRecord;
  /** Time at which the last successful change was sent, so that the lease is valid for `leaseMs` from then. */
  private sentAt: number;
  private isEnded = false;
  /** Changes of the current version whose results are unknown, because the store failed. The first was sent first. */
  private unknown: readonly Change[] = [];
  /** Change of unknown result that was made, as a later one has found out. */
  private found: Change | undefined;
  /** End of the last change, after which the next one begins. Never rejects. */
  private last: Promise<unknown> = Promise.resolve();
  /** Number of changes that wait or are in progress. */
  private pending = 0;
  private stopTimer: () => void = () => undefined;

  constructor(
    records: RecordStore,
    space: string,
    record: StoredRecord,
    leaseMs: number,
    clock: Clock,
    sentAt: number,
  ) {
    this.records = records;
    this.space = space;
    this.current = record;
    this.leaseMs = leaseMs;
    this.clock = clock;
    this.sentAt = sentAt;
    this.renewLater();
  }

  /** Record after the last change of this holder. */
  get record(): StoredRecord {
    return this.current;
  }

  /** Aborts with an `LlmError` of kind `denied` when the lease is lost. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /**
   * Stores a value and keeps the lease. Rejects with `denied` if the lease is lost, and with the error of the store if the store fails.
   * In the second case the value may be stored; the next change finds out. If it was stored, the same call again only returns true.
   *
   * @param others changes of other records of the space, which happen only with this one
   * @returns whether the changes were made: false if one of `others` names another version than the stored one
   */
  save(value: Value, others: readonly RecordChange[] = []): Promise<boolean> {
    return this.change({ type: 'put', dueMs: this.leaseMs, ...value }, others);
  }

  /** Changes other records of the space, if the lease is not lost. Also renews the lease. Resolves and rejects as `save` does. */
  write(others: readonly RecordChange[]): Promise<boolean> {
    return this.change({ type: 'touch', dueMs: this.leaseMs }, others);
  }

  /** Renews the lease before its time. Rejects as `save` does. */
  async renew(): Promise<void> {
    await this.write([]);
  }

  /**
   * Ends the lease, by default without a change of the record. Resolves and rejects as `save` does. If the store fails, the lease is not
   * renewed any more, so that it ends also if this is not repeated.
   */
  release(last: LastChange = {}, others: readonly RecordChange[] = []): Promise<boolean> {
    return this.change(changeOf(last, last.dueMs ?? null), others, true);
  }

  /** Removes the record and ends the lease. Resolves and rejects as `save` does. */
  remove(others: readonly RecordChange[] = []): Promise<boolean> {
    return this.change({ type: 'remove' }, others, true);
  }

  private lose(cause?: unknown): void {
    this.isEnded = true;
    this.stopTimer();
    this.lost.abort(this.lostError(cause));
  }

  private change(own: OwnChange, others: readonly RecordChange[], isLast = false): Promise<boolean> {
    this.pending++;
    const done = this.last.then(() => this.makeChange(own, others, isLast));
    this.last = done
      .catch(() => undefined)
      .then(() => {
        this.pending--;
      });
    return done;
  }

  private async makeChange(
    own: OwnChange,
    others: readonly RecordChange[],
    isLast: boolean,
  ): Promise<boolean> {
    if (isLast) this.stopTimer();
    // Each turn decides by `found`, `isEnded` and `current`, which `isUnchanged` sets if the record has another version.
    for (;;) {
      const change = { own, others, isLast, sentAt: this.clock.now() };
      if (this.found !== undefined && isEqual(this.found, change)) {
        this.found = undefined;
        return true;
      }
      if (this.isEnded) throw this.lostError();
      if (this.unknown.length > 0 && !(await this.isUnchanged())) continue;
      const versions = await this.send(change);
      if (versions !== undefined) {
        this.accept(change, versions[0] ?? 0);
        return true;
      }
      // The holder's own version is the stored one, so the version of one of `others` differs. A last change has stopped the timer.
      if (await this.isUnchanged()) {
        this.renewLater();
        return false;
      }
    }
  }

  private async send(change: Change): Promise<readonly number[] | undefined> {
    const { key, version } = this.current;
    try {
      return await this.records.write(this.space, [{ ...change.own, key, version }, ...change.others]);
    } catch (error) {
      this.unknown = [...this.unknown, change];
      throw error;
    }
  }

  /** Whether the record has the version of the last change. If not, finds the change of unknown result that was made, or loses the lease. */
  private async isUnchanged(): Promise<boolean> {
    const record = await this.records.get(this.space, this.current.key);
    if (record?.version === this.current.version) return true;
    const change = this.changeIn(record);
    this.unknown = [];
    if (change === undefined) {
      this.lose();
      return false;
    }
    if (!isRenewal(change)) this.found = change;
    if (change.isLast) this.isEnded = true;
    this.sentAt = change.sentAt;
    if (record !== undefined) this.current = record;
    return false;
  }

  /**
   * Returns the change of unknown result that wrote a record with another version; `undefined` if it cannot be determined. During the lease of
   * this holder no other process takes the record, and a process that changes it without the lease stores another value.
   */
  private changeIn(record: StoredRecord | undefined): Change | undefined {
    if (this.clock.now() >= this.sentAt + this.leaseMs) return undefined;
    const possible = this.unknown.filter(({ own }) => {
      if (own.type === 'remove') return record === undefined;
      return record?.value === (own.type === 'put' ? own.value : this.current.value);
    });
    const [first, ...more] = possible;
    return first !== undefined && more.every((change) => isEqual(change, first)) ? first : undefined;
  }

  private accept(change: Change, version: number): void {
    const { own, isLast, sentAt } = change;
    // A renewal comes between a change that was found and its repetition.
    if (!isRenewal(change)) this.found = undefined;
    this.unknown = [];
    this.sentAt = sentAt;
    if (own.type !== 'remove') this.current = recordAfter(own, this.current, version, sentAt);
    if (isLast) this.isEnded = true;
    else this.renewLater();
  }

  private renewLater(): void {
    this.stopTimer();
    if (this.isEnded) return;
    this.stopTimer = this.clock.timer(
      this.leaseMs / RENEWALS,
      () => {
        this.renewLater();
        // A change in progress renews the lease, unless the store does not answer.
        if (this.pending > 0) this.loseAfterLease();
        else
          this.renew().catch((error: unknown) => {
            this.loseAfterLease(error);
          });
      },
      { isBackground: true },
    );
  }

  /** Gives up the lease if the store fails for so long that another process may have taken the record. */
  private loseAfterLease(cause?: unknown): void {
    if (!this.isEnded && this.clock.now() >= this.sentAt + this.leaseMs) this.lose(cause);
  }

  private lostError(cause?: unknown): LlmError {
    return new LlmError(
      'denied',
      `${this.space}/${this.current.key}: the lease of this process has ended; load the record again`,
      {},
      { cause },
    );
  }
}

type Own<Change> = Change extends RecordChange ? Omit<Change, 'key' | 'version'> : never;
type OwnChange = Own<Exclude<RecordChange, { type: 'check' }>>;
/** Change after which the record is stored. */
type StoringChange = Exclude<OwnChange, { type: 'remove' }>;

/** Change by the holder. */
interface Change {
  readonly own: OwnChange;
  readonly others: readonly RecordChange[];
  /** Whether it ends the lease. */
  readonly isLast: boolean;
  readonly sentAt: number;
}

const isRenewal = ({ own, others, isLast }: Change): boolean =>
  own.type === 'touch' && others.length === 0 && !isLast;

const isEqual = (a: Change, b: Change): boolean =>
  JSON.stringify({ ...a, sentAt: 0 }) === JSON.stringify({ ...b, sentAt: 0 });
