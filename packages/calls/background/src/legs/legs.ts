import { LlmError, type Attempt } from '@majordomo/core';
import type { JobEvent } from '../contract.ts';
import type { EventLog } from '../events/event-log.ts';
import {
  timeoutsOf,
  totalAtOf,
  vendorIdOf,
  type JobRecord,
  type LegRecord,
  type VendorJob,
} from '../record/record.ts';
import { storedEvents } from '../events/stored-answer.ts';
import { restoredAttempt, restoredError, storedAttempt, storedError } from '@majordomo/core/toolkit';

/** Maximum number of legs whose process has died. A request that ends each process is not sent forever. */
const MAX_ABANDONED = 5;
/** Code of the error of a leg whose process has died. */
export const ABANDONED = 'abandoned';

/** Returns the record with other members of its last leg. */
export function withLastLeg(record: JobRecord, changes: Partial<LegRecord>): JobRecord {
  const last = record.legs.at(-1);
  if (last === undefined) return record;
  return { ...record, legs: [...record.legs.slice(0, -1), { ...last, ...changes }] };
}

/** Returns the record with other members of the job of its last leg. */
export function withJob(record: JobRecord, changes: Partial<VendorJob>): JobRecord {
  const job = record.legs.at(-1)?.job;
  return job === undefined ? record : withLastLeg(record, { job: { ...job, ...changes } });
}

/** Returns the record with a further leg that begins now. */
export function withNewLeg(record: JobRecord, now: number): JobRecord {
  const leg: LegRecord = { state: 'running', startedAt: now, attempts: [], nanoUsd: null };
  return { ...record, legs: [...record.legs, leg] };
}

/**
 * Returns the record after the end of a leg whose process has died during a call or a start. The cost of such a leg is unknown. A
 * start has no reference yet, so that its job can be booked, but neither stopped nor removed.
 */
export function withAbandonedLeg(record: JobRecord, now: number): JobRecord {
  const last = record.legs.at(-1);
  if (last?.state !== 'running') return record;
  const { target = record.spec, startedAt, job } = last;
  const why = `${target}: the process that made the call has ended, or did not renew its lease`;
  const error = new LlmError('server', why, { target, code: ABANDONED });
  const attempt: Attempt = {
    ...job?.about,
    target,
    outcome: 'abandoned',
    error,
    usage: undefined,
    ms: now - startedAt,
    stopped: true,
  };
  return withLastLeg(record, {
    state: 'ended',
    endedAt: now,
    job: job && { ...job, left: ['settle'] },
    attempts: [storedAttempt(attempt)],
    error: storedError(error),
  });
}

/** Returns the record of a job that has failed, with the events that its readers have received. */
export const withFailure = (record: JobRecord, error: LlmError, log: EventLog): JobRecord => ({
  ...record,
  state: 'failed',
  error: storedError(error),
  emitted: storedEvents(log),
});

/** Returns the reason why the job makes no further call, or `undefined`. */
export function refusalOf(record: JobRecord, now: number): LlmError | undefined {
  const { legs, spec } = record;
  if (now >= totalAtOf(record)) {
    const { totalMs } = timeoutsOf(record);
    const why = `the job of ${spec} exceeded timeouts.totalMs of ${String(totalMs)} ms; raise it for longer answers`;
    return new LlmError('timeout', why, { phase: 'total' });
  }
  const abandoned = legs.filter(
    ({ state, error }) => state === 'running' || error?.details?.['code'] === ABANDONED,
  );
  if (abandoned.length < MAX_ABANDONED) return undefined;
  const why = `the process that made the call of ${spec} has ended ${abandoned.length} times; check why, then use another key`;
  return new LlmError('server', why, { code: ABANDONED });
}

/** Returns the facts about an ended leg for an event. */
export function legFacts(
  { attempts, error, nanoUsd, job, startedAt, endedAt = startedAt }: LegRecord,
  leg: number,
): Omit<Extract<JobEvent, { readonly type: 'leg-ended' }>, 'type' | 'key' | 'tenant' | 'target'> {
  return {
    leg,
    vendorId: job?.ref === undefined ? undefined : vendorIdOf(job.ref),
    ms: endedAt - startedAt,
    attempts: attempts.map(restoredAttempt),
    error: error && restoredError(error),
    nanoUsd: nanoUsd === null ? undefined : BigInt(nanoUsd),
  };
}
