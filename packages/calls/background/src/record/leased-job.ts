import { hold, type Hold } from '@majordomo/records';
import type { JobRecord, LegRecord, LoadedRecord } from './record.ts';
import {
  hasSentNothing,
  hasWork,
  labelOf,
  LABELS,
  LEASE_MS,
  loadedRecord,
  loadRecord,
  saveRecord,
  SPACE,
  valueOf,
  withoutRequest,
} from './record.ts';
import type { Setup } from '../setup.ts';

/** Wait before a change that the store rejected is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** Error of a process that no longer drives the job, because another process has taken it over or the job was removed. */
export class LeaseLost extends Error {}

/** Change of a record. Returns `undefined` if nothing changes. */
type Change = (record: JobRecord) => JobRecord | undefined;

/** Job that this process drives. The process may be stopped for longer than its lease at any `await`. */
export class LeasedJob {
  readonly id: string;
  record: JobRecord;
  /** Aborts when the job was cancelled, removed or taken over. */
  readonly lost: AbortSignal;
  private readonly lease: Hold;
  private readonly setup: Setup;
  private isReleased = false;
  private lastChange: Promise<unknown> = Promise.resolve();

  constructor(id: string, record: JobRecord, lease: Hold, setup: Setup) {
    this.id = id;
    this.record = record;
    this.lease = lease;
    this.lost = lease.signal;
    this.setup = setup;
  }

  /**
   * Takes the lease of a job if there is work for it and no other process drives it. Otherwise returns its record, or `undefined` if the
   * job does not exist.
   */
  static async take(id: string, setup: Setup): Promise<LeasedJob | LoadedRecord | undefined> {
    let found: LoadedRecord | undefined;
    const { records, clock } = setup;
    const result = await hold(records, SPACE, id, LEASE_MS, {
      clock,
      // `hold` takes the lease only if the function returns a value.
      take: (stored) => {
        found = loadedRecord(stored);
        return hasWork(found.record) && found.leaseMs <= 0 ? { label: LABELS.driven } : undefined;
      },
    });
    if (result.state === 'missing' || found === undefined) return undefined;
    return result.state === 'held' ? new LeasedJob(id, found.record, result.hold, setup) : found;
  }

  /**
   * Stores a job and takes its lease. Returns `undefined` if another call has stored a job of this key.
   *
   * @param known job that the caller has read, and that may be replaced
   */
  static async create(
    id: string,
    record: JobRecord,
    known: LoadedRecord | undefined,
    setup: Setup,
  ): Promise<LeasedJob | undefined> {
    const { records, clock } = setup;
    const initial = valueOf(record, LABELS.driven, setup);
    const result = await hold(records, SPACE, id, LEASE_MS, {
      clock,
      // `null` states that the caller has found no record.
      known: known?.stored ?? null,
      initial,
      take: (stored) => (hasSentNothing(loadedRecord(stored).record) ? initial : undefined),
    });
    return result.state === 'held' ? new LeasedJob(id, record, result.hold, setup) : undefined;
  }

  /** Saves a change, after the earlier changes. Throws `LeaseLost` if another process has taken over the job. */
  change(change: Change): Promise<void> {
    return this.afterEarlier(() => this.save(change));
  }

  /** Saves a change like `change`, and tries again for the time of a lease if the store fails. */
  async changeSurely(change: Change): Promise<void> {
    const { clock } = this.setup;
    const until = clock.now() + LEASE_MS;
    for (;;) {
      try {
        await this.change(change);
        return;
      } catch (error) {
        if (error instanceof LeaseLost || clock.now() >= until) throw error;
        await clock.sleep(RETRY_MS, new AbortController().signal);
      }
    }
  }

  /** Saves a change and releases the lease. Another process continues after `dueMs`. */
  release(dueMs: number, change: Change = (record) => record): Promise<void> {
    return this.afterEarlier(() => this.save(change, Math.max(0, dueMs)));
  }

  /** Lets the lease end after its time, if the work has failed without a release. */
  async end(): Promise<void> {
    if (this.isReleased || this.lost.aborted) return;
    // If the store fails, the lease is not renewed either.
    await this.lease.release({ dueMs: LEASE_MS }).catch(() => undefined);
  }

  /** Works on the record after the earlier changes, even if one of them failed. */
  private afterEarlier(work: () => Promise<void>): Promise<void> {
    const done = this.lastChange.then(work);
    this.lastChange = done.catch(() => undefined);
    return done;
  }

  private async save(change: Change, dueMs?: number): Promise<void> {
    const next = change(this.record);
    if (next === undefined) return;
    const saved = withoutRequest(next);
    try {
      await this.write(saved, next !== this.record, dueMs);
      this.record = saved;
    } catch (error) {
      if (!this.lost.aborted) throw error;
      await this.saveCancelled(change);
    }
  }

  /** Writes the record. Releases the lease if nothing is left to do, or if there is a due time. */
  private async write(record: JobRecord, hasChanged: boolean, dueMs: number | undefined): Promise<void> {
    const { lease, setup } = this;
    const isLast = dueMs !== undefined || !hasWork(record);
    if (isLast) {
      const last = hasChanged
        ? valueOf(record, LABELS.waiting, setup)
        : { label: labelOf(record, LABELS.waiting) };
      await lease.release({ ...last, dueMs: hasWork(record) ? dueMs : undefined });
    } else if (hasChanged) await lease.save(valueOf(record, LABELS.driven, setup));
    this.isReleased = isLast;
  }

  /** Saves a change of a job that was cancelled, unless another process has done the work that is left. */
  private async saveCancelled(change: Change): Promise<void> {
    for (;;) {
      const stored = await loadRecord(this.id, this.setup);
      if (stored === undefined || !this.isOwn(stored)) throw new LeaseLost();
      this.record = stored.record;
      const next = change(stored.record);
      if (next === undefined) return;
      const saved = await saveRecord(next, stored.stored, this.setup);
      if (saved === undefined) continue;
      this.record = saved;
      return;
    }
  }

  private isOwn({ record: { token, state, legs }, leaseMs }: LoadedRecord): boolean {
    const { record } = this;
    const isSameLeg = token === record.token && legs.length === record.legs.length;
    return state === 'cancelled' && isSameLeg && leaseMs <= 0 && isOpen(legs.at(-1));
  }
}

/** Whether the process of a leg of a cancelled job may add the reference of its job, or the cost of its call. */
const isOpen = (leg: LegRecord | undefined): boolean =>
  leg?.job === undefined ? leg?.state === 'running' : leg.job.left.includes('stop');
