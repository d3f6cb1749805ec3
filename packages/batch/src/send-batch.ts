import { LlmError } from '@majordomo/core';
import { failAll } from './read-batch.ts';
import { reserve } from './money.ts';
import { batchName, replanBatch, type PlannedBatch } from './plan-batch.ts';
import type { BatchRecord } from './record.ts';
import type { Round } from './round.ts';
import { loadRecord } from './stored-job.ts';
import { vendorOf, type Vendor } from './vendor.ts';
import { asLlmFailure, isRefusal, isTransient, mustStop } from './vendor-error.ts';

/** Time after which a batch that was not found is created again, in milliseconds. Vendors' lists may lag. */
export const FIND_MS = 120_000;
/** Maximum difference between the clocks of this process and the vendor, in milliseconds. */
const CLOCK_MS = 60_000;
/** Default time before a retry, in milliseconds. */
const RETRY_MS = 60_000;

/**
 * Reserves the cost of a planned batch, uploads its input and creates it. Each step can be repeated without harm, or looks for
 * its earlier result first. Returns whether the state of the batch has changed.
 */
export async function sendBatch(
  batch: BatchRecord,
  planned: PlannedBatch | undefined,
  round: Round,
): Promise<boolean> {
  let input = planned?.input;
  try {
    if (batch.requests === undefined) {
      input = (await replanBatch(batch, round))?.input;
      if (input === undefined) return true;
    } else if (batch.notBefore !== undefined && batch.notBefore > round.now()) return false;
    const vendor = await vendorOf(batch, round);
    const { backend, context } = vendor;
    const denial = await reserve(batch, backend.limits.expiresMs, round);
    if (denial !== undefined) {
      const error = new LlmError('denied', `${batch.about.target}: ${denial.deny}`, {
        target: batch.about.target,
        code: denial.code,
        publicMessage: denial.publicMessage,
        retryAfterMs: denial.retryAfterMs,
      });
      if (denial.advance !== true) throw error;
      return await failAll(batch, error, { advances: true, isReserved: false }, round);
    }
    if (backend.upload !== undefined && batch.upload === undefined) {
      const name = batchName(round.record.token, batch);
      // An earlier poll may have uploaded the input without receiving the response.
      const found = input === undefined ? await backend.findUpload?.(name, context) : undefined;
      if (found === undefined) input ??= (await replanBatch(batch, round))?.input;
      if (found === undefined && input === undefined) return true;
      batch.upload =
        found ?? (await backend.upload(name, await (input as PlannedBatch['input']).toBlob(), context));
      await round.job.save();
    }
    if (backend.upload === undefined) input ??= (await replanBatch(batch, round))?.input;
    const body = batch.upload ?? (await input?.toBlob());
    if (body === undefined) return true;
    await create(batch, body, vendor, round);
    return true;
  } catch (cause) {
    return await onFailure(batch, cause, round);
  } finally {
    await input?.remove();
  }
}

async function create(batch: BatchRecord, input: string | Blob, vendor: Vendor, round: Round): Promise<void> {
  const { record, job, key, setup } = round;
  const { backend, context } = vendor;
  const { requests = 0, group, about } = batch;
  batch.state = 'creating';
  batch.createdAt = round.now();
  batch.searchSince ??= batch.createdAt;
  batch.retryAt = undefined;
  batch.notBefore = undefined;
  await job.save();
  try {
    batch.ref = await backend.create(
      { token: batchName(record.token, batch), input, requests, group },
      context,
    );
  } catch (cause) {
    const error = asLlmFailure(cause);
    if (isRefusal(error)) {
      batch.state = 'planned';
      batch.createdAt = undefined;
    }
    throw error;
  }
  batch.state = 'running';
  await job.save();
  setup.emit({ type: 'batch-created', key, target: about.target, ref: batch.ref, requests });
}

/** Handles a failed request to the vendor. Returns whether the state of the batch has changed. */
async function onFailure(batch: BatchRecord, cause: unknown, round: Round): Promise<boolean> {
  // Errors of the store or of this program are not failures of the vendor.
  if (!LlmError.is(cause)) throw cause;
  if (mustStop(cause) || cause.kind === 'aborted') {
    await round.job.save();
    throw cause;
  }
  if (batch.state === 'creating' || isTransient(cause)) {
    await delay(batch, cause, round);
    return false;
  }
  return failAll(batch, cause, {}, round);
}

/** Stores the time of the next try and emits `batch-delayed`. */
export async function delay(batch: BatchRecord, error: LlmError, round: Round): Promise<void> {
  round.delayed.add(batch.number);
  const { retryAfterMs } = error.details;
  const inMs = retryAfterMs ?? RETRY_MS;
  batch.retryAt = round.now() + inMs;
  batch.notBefore = retryAfterMs === undefined ? undefined : batch.retryAt;
  await round.job.save();
  round.setup.emit({ type: 'batch-delayed', key: round.key, target: batch.about.target, error, inMs });
}

/**
 * Searches for a batch whose creation had no response. Creates the batch again if it was not found for two minutes. Returns
 * whether the state has changed.
 */
export async function searchBatch(batch: BatchRecord, round: Round): Promise<boolean> {
  const { record, job, key, setup } = round;
  const { backend, context } = await vendorOf(batch, round);
  const { requests = 0, upload, notRefs, about, searchSince = 0, createdAt = 0 } = batch;
  const found = await backend.find(
    { token: batchName(record.token, batch), input: upload, requests, since: searchSince - CLOCK_MS },
    context,
  );
  const candidates = found.filter(({ ref }) => !notRefs.includes(ref));
  const certain = candidates.find(({ isCertain }) => isCertain);
  if (certain !== undefined) {
    batch.ref = certain.ref;
    batch.state = 'running';
    await job.save();
    setup.emit({ type: 'batch-found', key, target: about.target, ref: certain.ref, requests });
    return true;
  }
  const known = candidates.length === 0 ? undefined : await knownRefs(round);
  const trial = candidates.find(({ ref }) => known?.has(ref) === false);
  if (trial !== undefined) {
    batch.ref = trial.ref;
    batch.state = 'trial';
    await job.save();
    return true;
  }
  if (round.now() - createdAt < FIND_MS) return false;
  // The batch does not exist, so it may be sent again, unless the job no longer sends anything.
  batch.state = 'planned';
  await job.save();
  return true;
}

/** Returns the vendors' ids of the batches of all jobs in the store. Jobs may try the same batch, because no trial changes it. */
async function knownRefs({ setup }: Round): Promise<ReadonlySet<string>> {
  const refs = new Set<string>();
  for (const key of await setup.store.keys()) {
    const stored = await loadRecord(key, setup);
    for (const { ref, state } of stored?.record.batches ?? [])
      if (ref !== undefined && state !== 'trial') refs.add(ref);
  }
  return refs;
}
