import { LlmError, type Attempt, type ChatResponse, type JsonObject } from '@majordomo/core';
import type { JobTimes } from './contract.ts';
import type { Setup } from './setup.ts';
import { attemptOf, errorOf, responseOf } from './stored-answer.ts';
import type { StoredAnswer, StoredAttempt, StoredError } from './stored-answer.ts';

/** Format of the records that this version writes. */
export const FORMAT = 1;

/** Part of a job that is one call of a process, or the part of the call after a failure that discards content. */
export interface LegRecord {
  readonly state: 'running' | 'ended';
  readonly startedAt: number;
  readonly target?: string | undefined;
  readonly attempts: readonly StoredAttempt[];
  readonly error?: StoredError | undefined;
  /** Cost in nano-USD, or `null` if it is unknown. */
  readonly nanoUsd: string | null;
}

/** Job as JSON. */
export interface JobRecord {
  readonly format: number;
  /** Random id, which differs from that of a removed job with the same key. */
  readonly token: string;
  readonly key: string;
  readonly tenant?: string | undefined;
  readonly spec: string;
  readonly request: JsonObject;
  /** Options of the call that can be stored. */
  readonly options: JsonObject;
  /** Targets that are tried first. */
  readonly first?: readonly string[] | undefined;
  readonly createdAt: number;
  readonly state: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly legs: readonly LegRecord[];
  /** Fencing number of the last process that has driven the job. */
  readonly fence: number;
  /** Time at which the lease of that process ends, in epoch milliseconds. */
  readonly leaseUntil: number;
  readonly answer?: StoredAnswer | undefined;
  readonly error?: StoredError | undefined;
}

/** Stored record and its version. */
export interface LoadedRecord {
  readonly record: JobRecord;
  readonly version: number;
}

/** Returns the key in the store, which differs between tenants. */
export const storeKey = (key: string, tenant: string | undefined): string =>
  JSON.stringify(tenant === undefined ? [key] : [key, tenant]);

/** Loads the record of a job. Throws `config` for a record in a newer format. */
export async function loadRecord(id: string, { store }: Setup): Promise<LoadedRecord | undefined> {
  const stored = await store.load(id);
  if (stored === undefined) return undefined;
  const record = stored.record as unknown as JobRecord;
  const why = `job ${id} was stored by a newer version of @majordomo/background; update the package`;
  if (record.format > FORMAT) throw new LlmError('config', why);
  return { record, version: stored.version };
}

/** Loads the record of a job. Throws `not-found` if the job does not exist. */
export async function requireRecord(id: string, setup: Setup): Promise<LoadedRecord> {
  const stored = await loadRecord(id, setup);
  if (stored !== undefined) return stored;
  throw new LlmError('not-found', 'the store has no such job of this tenant; check key and tenant', {
    path: 'key',
  });
}

/** Saves a record, and returns its new version, or `undefined` if another version is stored. */
export function saveRecord(
  id: string,
  record: JobRecord,
  version: number,
  { store, keepMs }: Setup,
): Promise<number | undefined> {
  const times: JobTimes = record.state === 'running' ? { dueAt: record.leaseUntil } : { keepMs };
  return store.save(id, record as unknown as JsonObject, version, times);
}

/** Returns the attempts of all legs. */
export const attemptsOf = ({ legs }: JobRecord): readonly Attempt[] =>
  legs.flatMap(({ attempts }) => attempts.map(attemptOf));

/** Whether a job has failed without sending a request, so that a call with its key starts it again. */
export const hasSentNothing = (record: JobRecord): boolean =>
  record.state === 'failed' &&
  record.legs.every(({ attempts }) => attempts.every(({ outcome }) => outcome === 'skipped'));

/** Returns the answer of an ended job. Throws the error of a job that has ended without an answer. */
export function answerOf(record: JobRecord): ChatResponse {
  const { answer, error, state } = record;
  const attempts = attemptsOf(record);
  if (answer !== undefined) return responseOf(answer, attempts);
  if (error !== undefined) throw errorOf(error, attempts);
  throw new LlmError('protocol', `the record of the job has the state ${state}, but no answer`, { attempts });
}
