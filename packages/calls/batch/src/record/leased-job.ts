import { LlmError } from '@majordomo/core';
import {
  allRecords,
  hold,
  layoutOf,
  MAX_RECORDS,
  type Hold,
  type RecordChange,
  type RecordStore,
  type StoredRecord,
  type Value,
} from '@majordomo/records';
import { sumOfStored, toStored, type JobRecord } from './record.ts';
import { Rows, SPACE, type Move, type Page } from './rows.ts';
import type { Setup } from '../setup.ts';

/** Time for which a lease is valid without a renewal, in milliseconds. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

const JOB = layoutOf<JobRecord>('the job', 1);
/** Labels of the records of jobs. A removed job is invisible, and its record is removed after its rows. */
const LABELS = { stored: 'job', removed: 'removed' } as const;
const JOB_PREFIX = 'job/';
const jobKey = (key: string): string => JOB_PREFIX + key;
/** Returns the key of the record that cancels a job. It is separate, because only the holder of the lease writes the job's record. */
const cancelKey = (key: string): string => `cancel/${key}`;

/** Stored record of a job and its version. */
export interface LoadedRecord {
  readonly record: JobRecord;
  readonly version: number;
  /** Record as it was read. Absent if this process has written it. */
  readonly stored?: StoredRecord;
}

/** Returns the record of a job. */
export async function loadRecord(key: string, { records }: Setup): Promise<LoadedRecord | undefined> {
  const names = [jobKey(key), cancelKey(key)];
  const found = await records.list(SPACE, { keys: names, limit: names.length });
  const stored = found.find(({ label }) => label === LABELS.stored);
  if (stored === undefined) return undefined;
  const record = JOB.read(key, stored.value);
  // The second record is the cancellation.
  if (found.length === names.length) record.isCancelled = true;
  return { record, version: stored.version, stored };
}

/** Returns the record of a job. Throws `not-found` if the job does not exist. */
export async function requireRecord(key: string, setup: Setup): Promise<LoadedRecord> {
  const stored = await loadRecord(key, setup);
  if (stored === undefined) throw new LlmError('not-found', `the store has no job "${key}"`, { path: 'key' });
  return stored;
}

/**
 * Saves the record of a job that no process polls, together with its rows. Returns the new version, or `undefined` if another version
 * is stored.
 */
export async function saveRecord(
  key: string,
  record: JobRecord,
  version: number,
  { records }: Setup,
  rows: readonly RecordChange[] = [],
): Promise<number | undefined> {
  const job = { type: 'put', key: jobKey(key), version, ...valueOf(record) } as const;
  return (await records.write(SPACE, [job, ...rows]))?.[0];
}

const valueOf = (record: JobRecord): Value => ({ value: JOB.write(record), label: LABELS.stored });

/** Cancels a job at its current version. Returns false if another version is stored. */
export async function cancelRecord(key: string, version: number, { records }: Setup): Promise<boolean> {
  const cancellation = { type: 'put', key: cancelKey(key), value: '{}' } as const;
  const check = { type: 'check', key: jobKey(key), version } as const;
  return (await records.write(SPACE, [check, cancellation])) !== undefined;
}

/** Removes a job at its current version. Returns false if another version is stored. */
export async function removeRecord(key: string, version: number, { records }: Setup): Promise<boolean> {
  const removal = { type: 'touch', key: jobKey(key), version, label: LABELS.removed } as const;
  if ((await records.write(SPACE, [removal, { type: 'remove', key: cancelKey(key) }])) === undefined)
    return false;
  await removeRemoved(records);
  return true;
}

/** Removes the rows and the records of up to `MAX_RECORDS` removed jobs, also those of interrupted removals. */
export async function removeRemoved(records: RecordStore): Promise<void> {
  for (const { key, value, version } of await records.list(SPACE, {
    label: LABELS.removed,
    limit: MAX_RECORDS,
  })) {
    const { prefix } = new Rows(JOB.read(key, value).token, records);
    // The last write also removes the record of the job, and a write has at most `MAX_RECORDS` changes.
    const limit = MAX_RECORDS - 1;
    for (let isLast = false; !isLast;) {
      const rows = await records.list(SPACE, { prefix, values: false, limit });
      isLast = rows.length < limit;
      const removals: RecordChange[] = rows.map((row) => ({ type: 'remove', key: row.key }));
      await records.write(SPACE, isLast ? [...removals, { type: 'remove', key, version }] : removals);
    }
  }
}

/** Returns the keys of all jobs, in string order. */
export async function keysOf({ records }: Setup): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of allRecords(records, SPACE, { label: LABELS.stored, values: false }))
    keys.push(key.slice(JOB_PREFIX.length));
  return keys.toSorted();
}

/** Iterates over the records of all jobs. */
export async function* jobsOf({ records }: Setup): AsyncGenerator<JobRecord, void, undefined> {
  for await (const { key, value } of allRecords(records, SPACE, { label: LABELS.stored }))
    yield JOB.read(key, value);
}

/** Error of a process that has lost the lease of the job to another process. */
export class LeaseLost extends Error {}

/**
 * Record of a job whose lease this process holds. The process may be stopped for longer than its lease at any `await`, so the store
 * refuses each change of a process that has lost the lease.
 */
export class LeasedJob {
  readonly key: string;
  readonly record: JobRecord;
  readonly rows: Rows;
  private readonly setup: Setup;
  private readonly lease: Hold;
  /** Time of the last write or renewal, in epoch milliseconds. Each of them extends the lease. */
  private changedAt: number;
  /** Last change. If it fails, all later ones fail, because the store may not have the state that is in memory. */
  private last: Promise<void> = Promise.resolve();

  private constructor(key: string, record: JobRecord, lease: Hold, setup: Setup) {
    this.key = key;
    this.record = record;
    this.rows = new Rows(record.token, setup.records);
    this.setup = setup;
    this.lease = lease;
    this.changedAt = setup.clock.now();
  }

  /** Takes the lease of a job. Returns `undefined` if another process has the lease, or if the job does not exist anymore. */
  static async take(key: string, loaded: LoadedRecord, setup: Setup): Promise<LeasedJob | undefined> {
    const { records, clock } = setup;
    const take = ({ value, label, dueMs = 0 }: StoredRecord): Value | undefined => {
      // A record with a lease is due when the lease ends.
      if (label !== LABELS.stored || dueMs > 0) return undefined;
      const record = JOB.read(key, value);
      return valueOf({ ...record, fence: record.fence + 1 });
    };
    const options = { clock, take, known: loaded.stored };
    const result = await hold(records, SPACE, jobKey(key), LEASE_MS, options);
    if (result.state !== 'held') return undefined;
    const record = JOB.read(key, result.hold.record.value);
    if (loaded.record.isCancelled === true) record.isCancelled = true;
    return new LeasedJob(key, record, result.hold, setup);
  }

  /** Number of this holder of the lease, higher than those of all earlier ones. Files and uploads of this process have it in their names. */
  get fence(): number {
    return this.record.fence;
  }

  /** Releases the lease. Ignores an error of the store, because the lease expires. */
  async release(): Promise<void> {
    await this.lease.release().catch(() => undefined);
  }

  /** Saves the record. Finds a cancellation by another process. Throws `LeaseLost` if another process has had the lease. */
  save(): Promise<void> {
    return this.change(() => []);
  }

  /** Moves rows together with the record. Throws `LeaseLost` if another process has had the lease. */
  async move(moves: readonly Move[]): Promise<void> {
    if (moves.length === 0) return this.checkLease();
    return this.change(() => {
      const { record, rows } = this;
      const { counts } = record;
      for (const { row, to, data } of moves) {
        counts[row.place] = (counts[row.place] ?? 0) - 1;
        counts[to] = (counts[to] ?? 0) + 1;
        const attempts = data?.attempts.slice(row.data.attempts.length) ?? [];
        const costs = attempts.filter(({ via }) => via === 'live').map(({ nanoUsd }) => nanoUsd);
        record.liveNanoUsd = toStored(sumOfStored([record.liveNanoUsd, ...costs]));
      }
      return rows.moved(moves, ++record.lastData);
    });
  }

  /** Iterates over the pages that have rows at a place. The rows of each page may move. */
  async *pagesAt(place: string): AsyncGenerator<Page, void, undefined> {
    let left = this.record.counts[place] ?? 0;
    if (left === 0) return;
    for await (const page of this.rows.pages()) {
      const count = page.places.filter((at) => at === place).length;
      if (count > 0) yield page;
      left -= count;
      if (left === 0) return;
    }
    // Another process may have moved the rows. The renewal then throws `LeaseLost`.
    await this.leased(this.lease.renew());
    throw new LlmError(
      'config',
      `job "${this.key}": ${left} rows at ${place} are missing; cancel and remove the job`,
    );
  }

  /**
   * Renews the lease if necessary. Throws `LeaseLost` if another process has had it. Call this before each change outside the store,
   * such as a write to a file.
   */
  async checkLease(): Promise<void> {
    const now = this.setup.clock.now();
    if (this.lease.signal.aborted) throw new LeaseLost();
    if (now - this.changedAt < RENEW_MS) return;
    await this.leased(this.lease.renew());
    this.changedAt = now;
  }

  /** Returns whether another process has had the lease. If the store fails, returns false. */
  isLost(): Promise<boolean> {
    return this.lease.renew().then(
      () => false,
      () => this.lease.signal.aborted,
    );
  }

  private change(prepare: () => readonly RecordChange[]): Promise<void> {
    this.last = this.last.then(() => this.write(prepare()));
    return this.last;
  }

  private async write(others: readonly RecordChange[]): Promise<void> {
    const { key, record, lease } = this;
    const now = this.setup.clock.now();
    const check = { type: 'check', key: cancelKey(key), version: 0 } as const;
    const save = (): Promise<boolean> => {
      const value = valueOf(record);
      const changes = record.isCancelled === true ? others : [check, ...others];
      // The answers of other live calls would be lost with this change, so try again once. A change whose reply was lost is made once.
      return lease.save(value, changes).catch(() => lease.save(value, changes));
    };
    // The check fails if another process has cancelled the job.
    while (!(await this.leased(save()))) record.isCancelled = true;
    this.changedAt = now;
  }

  private async leased<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      throw this.lease.signal.aborted ? new LeaseLost() : error;
    });
  }
}
