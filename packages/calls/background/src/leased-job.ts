import type { JobRecord, LoadedRecord } from './record.ts';
import { LEASE_MS, loadRecord, saveRecord } from './record.ts';
import type { Setup } from './setup.ts';

const RENEW_MS = 10_000;
/** Wait before a change that the store rejected is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** Error of a process that no longer drives the job, because another process has taken it over or the job was removed. */
export class LeaseLost extends Error {}

/** Change of a record. Returns `undefined` if nothing changes. */
type Change = (record: JobRecord) => JobRecord | undefined;

/** Returns the record of a process that begins to drive its job. */
export const withLease = (record: JobRecord): JobRecord => ({
  ...record,
  fence: record.fence + 1,
  lookAt: undefined,
});

/**
 * Job that this process drives. The process may be stopped for longer than its lease at any `await`. Therefore each change is saved
 * only over the version that this process has read, and only if no other process has had a lease with a higher fencing number.
 */
export class LeasedJob {
  readonly id: string;
  record: JobRecord;
  private version: number;
  private readonly setup: Setup;
  private readonly onLost: () => void;
  private stopTimer: (() => void) | undefined;
  private lastChange: Promise<unknown> = Promise.resolve();

  /** @param onLost called when the job was cancelled, removed or taken over */
  constructor(id: string, { record, version }: LoadedRecord, setup: Setup, onLost: () => void) {
    this.id = id;
    this.record = record;
    this.version = version;
    this.setup = setup;
    this.onLost = onLost;
    this.renewLater();
  }

  /** Takes the lease of a running job. Returns `undefined` if another process was faster. */
  static async take(
    id: string,
    { record, version }: LoadedRecord,
    setup: Setup,
    onLost: () => void,
  ): Promise<LeasedJob | undefined> {
    const saved = await saveRecord(id, withLease(record), version, setup);
    return saved && new LeasedJob(id, saved, setup, onLost);
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

  /** Stops the renewal of the lease. */
  stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
  }

  private afterEarlier(work: () => Promise<void>): Promise<void> {
    const done = this.lastChange.then(work);
    this.lastChange = done.catch(() => undefined);
    return done;
  }

  private async save(change: Change): Promise<void> {
    for (;;) {
      const next = change(this.record);
      if (next === undefined) return;
      const saved = await saveRecord(this.id, next, this.version, this.setup);
      if (saved !== undefined) {
        this.version = saved.version;
        this.record = saved.record;
        return;
      }
      await this.reload();
    }
  }

  private async renew(): Promise<void> {
    const { store } = this.setup;
    while (this.record.state === 'running') {
      const version = await store.postpone(this.id, this.version, LEASE_MS);
      if (version !== undefined) {
        this.version = version;
        return;
      }
      await this.reload();
    }
  }

  /** Loads a record that another process has changed. */
  private async reload(): Promise<void> {
    const { token, fence } = this.record;
    const stored = await loadRecord(this.id, this.setup);
    const isOwn = stored?.record.token === token && stored.record.fence === fence;
    if (stored === undefined || !isOwn) {
      this.onLost();
      throw new LeaseLost();
    }
    this.record = stored.record;
    this.version = stored.version;
    if (stored.record.state === 'cancelled') this.onLost();
  }

  /** Schedules a renewal of the lease, which does not write the record. A renewal also detects a cancellation by another process. */
  private renewLater(): void {
    const { clock } = this.setup;
    this.stopTimer = clock.timer(
      RENEW_MS,
      () => {
        this.renewLater();
        // Ignore the error, because the next renewal or change repeats it.
        this.afterEarlier(() => this.renew()).catch(() => undefined);
      },
      true,
    );
  }
}
