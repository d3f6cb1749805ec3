import { LlmError, systemClock, type Clock } from '@majordomo/core';
import type { RecordChange, RecordStore, StoredRecord } from './contract.ts';

/** Number of renewals during a lease. */
const RENEWALS = 3;

/** Options of `hold`. */
export interface HoldOptions {
  /** Record that is stored if none exists. `@default nothing is stored, and the result is missing` */
  readonly initial?: Value | undefined;
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
 * Result of `hold`: the record is held by this call, does not exist, or is held by another holder for `record.dueMs` more
 * milliseconds.
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
 * A record with a due time in the future is held, or is not to be taken yet.
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
  const { initial, clock = systemClock } = options;
  for (;;) {
    const record = await records.get(space, key);
    if (record === undefined && initial === undefined) return { state: 'missing' };
    if (record?.dueMs !== undefined && record.dueMs > 0) return { state: 'busy', record };
    const sentAt = clock.now();
    const taken: RecordChange =
      record === undefined && initial !== undefined
        ? { type: 'put', key, version: 0, dueMs: leaseMs, ...initial }
        : { type: 'touch', key, version: record?.version ?? 0, dueMs: leaseMs };
    const [version] = (await records.write(space, [taken])) ?? [];
    // Another process was faster.
    if (version === undefined) continue;
    const { value = '', label = '' } = record ?? initial ?? {};
    const held = { key, value, label, version, at: record?.at ?? sentAt, dueMs: leaseMs };
    return { state: 'held', hold: new Hold(records, space, held, leaseMs, clock, sentAt) };
  }
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
  /** Change whose result is unknown, because the store failed. */
  private unknown: RecordChange | undefined;
  private last: Promise<unknown> = Promise.resolve();
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
   * In the second case the value may be stored; the next change finds out.
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

  /** Ends the lease, by default without a change of the record. Resolves and rejects as `save` does. */
  release(last: LastChange = {}, others: readonly RecordChange[] = []): Promise<boolean> {
    const { value, dueMs, label, keepMs, texts } = last;
    return this.endWith(
      value === undefined
        ? { type: 'touch', dueMs: dueMs ?? null, label, keepMs }
        : { type: 'put', dueMs, value, label, keepMs, texts },
      others,
    );
  }

  /** Removes the record and ends the lease. Resolves and rejects as `save` does. */
  remove(others: readonly RecordChange[] = []): Promise<boolean> {
    return this.endWith({ type: 'remove' }, others);
  }

  private async endWith(own: OwnChange, others: readonly RecordChange[]): Promise<boolean> {
    const isMade = await this.change(own, others);
    if (isMade) this.end();
    return isMade;
  }

  private end(): void {
    this.isEnded = true;
    this.stopTimer();
  }

  private lose(cause?: unknown): void {
    this.end();
    this.lost.abort(this.lostError(cause));
  }

  private change(own: OwnChange, others: readonly RecordChange[]): Promise<boolean> {
    const done = this.last.then(() => this.makeChange({ ...own, key: this.current.key }, others));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async makeChange(
    own: OwnChange & { key: string },
    others: readonly RecordChange[],
  ): Promise<boolean> {
    for (;;) {
      if (this.isEnded) throw this.lostError();
      const change = { ...own, version: this.current.version };
      const sentAt = this.clock.now();
      const versions = await this.sent(change, others);
      if (versions !== undefined) {
        this.accept(change, versions[0] ?? 0, sentAt);
        return true;
      }
      const record = await this.records.get(this.space, this.current.key);
      if (record?.version === this.current.version) return false;
      if (record === undefined || !this.isOwn(record)) this.lose();
      else this.current = record;
      this.unknown = undefined;
    }
  }

  private async sent(
    own: RecordChange,
    others: readonly RecordChange[],
  ): Promise<readonly number[] | undefined> {
    try {
      return await this.records.write(this.space, [own, ...others]);
    } catch (error) {
      this.unknown = own;
      throw error;
    }
  }

  /**
   * Whether a record with another version is the result of an earlier change of this holder whose reply was lost. During the lease of
   * this holder no other process takes the record, and a process that changes it without the lease stores another value.
   */
  private isOwn(record: StoredRecord): boolean {
    const { unknown } = this;
    if (unknown === undefined || this.clock.now() >= this.sentAt + this.leaseMs) return false;
    return record.value === (unknown.type === 'put' ? unknown.value : this.current.value);
  }

  private accept(change: RecordChange, version: number, sentAt: number): void {
    this.unknown = undefined;
    this.sentAt = sentAt;
    const { value, label, at } = this.current;
    const isPut = change.type === 'put';
    this.current = {
      key: this.current.key,
      value: isPut ? change.value : value,
      label: isPut ? (change.label ?? '') : label,
      at: isPut ? sentAt : at,
      version,
      dueMs: this.leaseMs,
    };
  }

  private renewLater(): void {
    this.stopTimer = this.clock.timer(
      this.leaseMs / RENEWALS,
      () => {
        this.renewLater();
        this.renew().catch((error: unknown) => {
          this.loseAfterLease(error);
        });
      },
      true,
    );
  }

  /** Gives up the lease if the store fails for so long that another process may have taken the record. */
  private loseAfterLease(cause: unknown): void {
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
