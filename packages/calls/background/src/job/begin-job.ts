import type { CallOptions, ChatRequest, VideoRequest } from '@majordomo/core';
import { abortedError, definedMembers } from '@majordomo/core/toolkit';
import { checkCallOptions, storedOptions, storedRequest, storedVideo } from '../check.ts';
import { Driver } from '../drive/driver.ts';
import { LeasedJob } from '../record/leased-job.ts';
import type { LocalOptions } from '../record/run-parts.ts';
import { hasSentNothing, loadRecord, requireOperation, storeKey, type JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Chat or video that becomes a job. */
export type JobCall = ChatCall | VideoCall;

interface VideoCall extends CallFacts {
  readonly operation: 'video';
  readonly request: VideoRequest;
}

interface ChatCall extends CallFacts {
  readonly operation?: undefined;
  readonly request: ChatRequest;
}

interface CallFacts {
  readonly spec: string;
  readonly options: CallOptions;
  /** Key of a round of a typed call. `@default` the key of the options, or a random key */
  readonly roundKey?: string | undefined;
  /** Returns the targets that the job tries first. */
  readonly firstTargets?: ((targets: readonly string[]) => readonly string[]) | undefined;
}

/** Key of a job, and its key in the store. */
export interface BegunJob {
  readonly key: string;
  readonly id: string;
}

/**
 * Stores a job and begins to drive it. Returns the existing job of the same key, unless it has failed without sending a request, for
 * example because no target was available: such a job begins again, and nothing is sent twice.
 */
export async function beginJob(call: JobCall, setup: Setup): Promise<BegunJob> {
  const { spec, operation, options, roundKey } = call;
  checkCallOptions(options);
  const { tenant, signal, metadata } = options;
  if (signal?.aborted === true) throw abortedError(signal.reason);
  const key = roundKey ?? options.key ?? crypto.randomUUID();
  const id = storeKey(key, tenant);
  const local = localOptions(options);
  let prepared: Pick<JobRecord, 'request' | 'options' | 'firstTargets'> | undefined;
  for (;;) {
    const stored = await loadRecord(id, setup);
    if (stored !== undefined && !hasSentNothing(stored.record)) {
      requireOperation(stored.record, operation);
      if (stored.record.state === 'running') Driver.of(id, setup, local);
      return { key, id };
    }
    if (prepared === undefined) {
      const json = call.operation === 'video' ? storedVideo(call.request) : storedRequest(call.request);
      const request = call.operation === 'video' ? undefined : call.request;
      // Rejects for a spec that no call accepts, before a job is stored.
      const targets = await setup.majordomo.resolve(spec, { request, tenant, metadata, signal });
      const firstTargets = call.firstTargets?.(targets.map(({ target }) => target));
      prepared = { request: json, options: storedOptions(options), firstTargets };
    }
    const created: JobRecord = {
      token: crypto.randomUUID(),
      key,
      tenant,
      operation,
      spec,
      ...prepared,
      createdAt: setup.clock.now(),
      state: 'running',
      legs: [],
    };
    const job = await LeasedJob.create(id, created, stored, setup);
    // Another call has stored a job of this key in the meantime.
    if (job === undefined) continue;
    Driver.begin(job, setup, local);
    return { key, id };
  }
}

function localOptions(options: CallOptions): LocalOptions {
  const { onEvent, onRawResponse, waitUntil, classify, order } = options;
  return definedMembers({ onEvent, onRawResponse, waitUntil, classify, order });
}
