import { fromJson, LlmError } from '@majordomo/core';
import type {
  Attempt,
  CallOptions,
  ChatResponse,
  JsonObject,
  Usage,
  VideoEnd,
  Warning,
} from '@majordomo/core';
import type { Amount, LongWork } from '@majordomo/ledger';
import { layoutOf, type StoredRecord, type Value } from '@majordomo/records';
import type { Setup } from '../setup.ts';
import { responseOf } from '../events/stored-answer.ts';
import { restoredAttempt, restoredError } from '@majordomo/core/toolkit';
import type { StoredAnswer, StoredEvents } from '../events/stored-answer.ts';
import type { StoredAttempt, StoredError } from '@majordomo/core/toolkit';

/** Space of the records of all jobs. */
export const SPACE = 'background';
/**
 * Labels of the records. `driven`: a process has the lease. `waiting`: a process must look when the job is due. `ended`: nothing is left
 * to do.
 */
export const LABELS = { driven: 'driven', waiting: 'waiting', ended: 'ended' } as const;
const LAYOUT = layoutOf<JobRecord>('the job', 1);

/** Work that is left for an ended job of a vendor: to cancel it and read its usage, to book its cost, and to delete its answer. */
export type LeftWork = 'stop' | 'settle' | 'remove';

/** Job at a vendor. */
export interface VendorJob {
  /** Idempotency key of the start. */
  readonly token: string;
  /** Reference of the job; `undefined` until the vendor has accepted the start. */
  readonly ref?: string | undefined;
  /** Facts about the target for the ledger. */
  readonly about: Pick<LongWork, 'vendor' | 'model' | 'billing' | 'name'>;
  /** Amounts that the ledger has reserved. */
  readonly most?: Amount | undefined;
  /** Time after which the job counts as failed, in epoch milliseconds. */
  readonly expiresAt: number;
  /** Time of the next look, in epoch milliseconds, and the wait that preceded it, in milliseconds. */
  readonly lookAt: number;
  readonly lookMs: number;
  /** Share of the work that is done, from 0 to 1. */
  readonly progress?: number | undefined;
  readonly left: readonly LeftWork[];
}

/** Result of a video as JSON. */
export interface StoredVideos {
  readonly target: string;
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  readonly videos: VideoEnd['videos'];
}

/** Part of a job: a job at a vendor, a call of a process, or the part of a call after a failure that discards content. */
export interface LegRecord {
  readonly state: 'running' | 'ended';
  readonly startedAt: number;
  readonly target?: string | undefined;
  readonly attempts: readonly StoredAttempt[];
  readonly error?: StoredError | undefined;
  /** Cost in nano-USD, or `null` if it is unknown. */
  readonly nanoUsd: string | null;
  /** Job at a vendor; `undefined` for a live call. */
  readonly job?: VendorJob | undefined;
  /** Whether the target was skipped, so that nothing was sent. */
  readonly isSkipped?: boolean | undefined;
  /** Time at which the leg has ended, in epoch milliseconds. */
  readonly endedAt?: number | undefined;
}

/** Job as JSON. */
export interface JobRecord {
  /** Random id, which differs from that of a removed job with the same key. */
  readonly token: string;
  readonly key: string;
  readonly tenant?: string | undefined;
  /** Operation of the call. `@default` a chat */
  readonly operation?: 'video' | undefined;
  readonly spec: string;
  /** Request of the call. Empty after the job and its last leg have ended. */
  readonly request: JsonObject;
  /** Options of the call that can be stored. Empty after the job has ended and its costs are booked. */
  readonly options: JsonObject;
  /** Targets that are tried first. */
  readonly firstTargets?: readonly string[] | undefined;
  readonly createdAt: number;
  readonly state: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly legs: readonly LegRecord[];
  /** Answer of a chat. */
  readonly answer?: StoredAnswer | undefined;
  readonly videos?: StoredVideos | undefined;
  readonly error?: StoredError | undefined;
  /** Events before the end of a job without an answer. */
  readonly emitted?: StoredEvents | undefined;
}

/** Time for which a lease is valid without a renewal, in milliseconds. */
export const LEASE_MS = 30_000;

/** Stored job and its lease. */
export interface LoadedRecord {
  readonly record: JobRecord;
  readonly stored: StoredRecord;
  /** Remaining time of the lease of the process that drives the job, in milliseconds. At most 0 if no process drives it. */
  readonly leaseMs: number;
}

/** Returns the key in the store, which differs between tenants. */
export const storeKey = (key: string, tenant: string | undefined): string =>
  JSON.stringify(tenant === undefined ? [key] : [key, tenant]);

/** Loads the record of a job. Throws `config` for a record that is damaged or in a newer format. */
export async function loadRecord(id: string, { records }: Setup): Promise<LoadedRecord | undefined> {
  const stored = await records.get(SPACE, id);
  return stored && loadedRecord(stored);
}

/** Returns the job of a stored record. Throws like `loadRecord`. */
export const loadedRecord = (stored: StoredRecord): LoadedRecord => ({
  record: LAYOUT.read(stored.key, stored.value),
  stored,
  // A record with a lease is due when the lease ends.
  leaseMs: stored.label === LABELS.driven ? (stored.dueMs ?? 0) : 0,
});

/** Loads the record of a job. Throws `not-found` if the job does not exist. */
export async function requireRecord(id: string, setup: Setup): Promise<LoadedRecord> {
  const stored = await loadRecord(id, setup);
  if (stored !== undefined) return stored;
  throw new LlmError('not-found', 'the store has no such job of this tenant; check key and tenant', {
    path: 'key',
  });
}

/** Throws `invalid-request` for a job of another operation. */
export function requireOperation({ operation }: JobRecord, expected: JobRecord['operation']): void {
  if (operation === expected) return;
  const problem =
    operation === 'video' ? 'is the key of a video; use openVideo' : 'is the key of a chat; use open';
  throw new LlmError('invalid-request', `key ${problem}, or another key`, { path: 'key' });
}

/** Whether a process made an ordinary call in this leg, which then has no job at a vendor. */
export const isLiveLeg = ({ job, isSkipped }: LegRecord): boolean => job === undefined && isSkipped !== true;

/** Whether a process must drive the job. */
export const hasWork = ({ state, legs }: JobRecord): boolean =>
  state === 'running' || legs.some(({ job }) => job !== undefined && job.left.length > 0);

/** Whether the cost of an ended leg is not booked yet. */
const hasUnbooked = ({ legs }: JobRecord): boolean => legs.some(({ job }) => job?.left.includes('settle'));

/** Returns the job at a vendor that the last leg of a running job waits for. */
export function runningJob({ state, legs }: JobRecord): (VendorJob & { readonly ref: string }) | undefined {
  const last = legs.at(-1);
  if (state !== 'running' || last?.state !== 'running') return undefined;
  const { job } = last;
  return job?.ref === undefined ? undefined : { ...job, ref: job.ref };
}

/** Returns the timeouts of the call. */
export const timeoutsOf = ({ options }: JobRecord): NonNullable<CallOptions['timeouts']> =>
  fromJson<CallOptions>(options).timeouts ?? {};

/** Returns the time at which `timeouts.totalMs` ends the job, in epoch milliseconds; `Infinity` without this limit. */
export function totalAtOf(record: JobRecord): number {
  const { totalMs = 0 } = timeoutsOf(record);
  return totalMs === 0 ? Infinity : record.createdAt + totalMs;
}

/** Returns the vendor's id in a reference, which is the text before the first `?` (`BackgroundBackend.start`). */
export const vendorIdOf = (ref: string): string => ref.replace(/\?.*/s, '');

/**
 * Saves a job over a stored record without its lease, which ends the lease of its process. The job is due if work is left. Returns the
 * saved job, or `undefined` if another version is stored.
 */
export async function saveRecord(
  record: JobRecord,
  { key, version }: StoredRecord,
  setup: Setup,
): Promise<JobRecord | undefined> {
  const saved = withoutRequest(record);
  const dueMs = hasWork(saved) ? 0 : undefined;
  const value = valueOf(saved, LABELS.waiting, setup);
  const versions = await setup.records.write(SPACE, [{ type: 'put', key, version, dueMs, ...value }]);
  return versions && saved;
}

/** Returns this label, unless nothing is left to do. */
export const labelOf = (record: JobRecord, label: string): string => (hasWork(record) ? label : LABELS.ended);

/** Returns the value of a record, with this label unless nothing is left to do. */
export const valueOf = (record: JobRecord, label: string, { keepMs }: Pick<Setup, 'keepMs'>): Value => ({
  value: LAYOUT.write(record),
  label: labelOf(record, label),
  // A store accepts no infinite time, and keeps a record without a time.
  keepMs: record.state === 'running' || hasUnbooked(record) || keepMs === Infinity ? undefined : keepMs,
});

/** Returns the record as it is saved: without the request, unless a process still makes the call. */
export function withoutRequest(record: JobRecord): JobRecord {
  if (record.state === 'running' || record.legs.at(-1)?.state === 'running') return record;
  // The ledger needs the metadata.
  const options = hasWork(record) ? record.options : {};
  return { ...record, request: {}, options, firstTargets: undefined };
}

/** Returns the attempts of all legs. */
export const attemptsOf = ({ legs }: JobRecord): readonly Attempt[] =>
  legs.flatMap(({ attempts }) => attempts.map(restoredAttempt));

/** Whether a job has failed without sending a request, so that a call with its key starts it again. */
export const hasSentNothing = (record: JobRecord): boolean =>
  record.state === 'failed' &&
  record.legs.every(({ attempts }) => attempts.every(({ outcome }) => outcome === 'skipped'));

/** Returns the answer of an ended job. Throws the error of a job that has ended without an answer. */
export function answerOf(record: JobRecord): ChatResponse {
  const { answer } = record;
  if (answer !== undefined) return responseOf(answer, attemptsOf(record));
  throw failureOf(record);
}

/** Returns the error of a job that has ended without a result. */
export function failureOf(record: JobRecord): LlmError {
  const { error, state } = record;
  const attempts = attemptsOf(record);
  if (error !== undefined) return restoredError(error, attempts);
  return new LlmError('protocol', `the record of the job has the state ${state}, but no answer`, {
    attempts,
  });
}
