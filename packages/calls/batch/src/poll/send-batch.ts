import { LlmError } from '@majordomo/core';
import { denialError } from '@majordomo/core/toolkit';
import type { InputFile } from '../files/input-file.ts';
import { reserve } from './money.ts';
import { planBatch } from './plan-batch.ts';
import { failDenied } from './read-batch.ts';
import { batchName, inputName, type BatchRecord } from '../record/record.ts';
import { UPLOAD_MS, type Round, type Vendor } from './round.ts';
import { jobsOf, loadRecord, LeaseLost } from '../record/leased-job.ts';
import { isRefusal } from '../vendor/vendor-error.ts';

/** Time after which a batch that was not found is created again, in milliseconds. Vendors may list new batches with a delay. */
export const FIND_MS = 120_000;
/** Maximum difference between the clocks of this process and the vendor, in milliseconds. */
const CLOCK_MS = 60_000;

/**
 * Reserves the cost of a planned batch, uploads its input and creates the batch. Before repeating an upload, searches for the
 * earlier upload. `planned` is the input of a batch that this poll has planned. Returns whether the batch has changed.
 */
export async function sendBatch(
  batch: BatchRecord,
  planned: InputFile | undefined,
  round: Round,
): Promise<boolean> {
  if (batch.notBefore !== undefined && batch.notBefore > round.now()) return false;
  // If another poll has planned the batch, that poll may also have reserved the cost and uploaded the input.
  const isFirst = planned !== undefined;
  let input = planned;
  try {
    if (batch.upload === undefined) {
      input ??= (await planBatch(batch.position, round, batch))?.input;
      // No row can be sent, so `planBatch` has ended the batch.
      if (input === undefined) return true;
    }
    const { backend, context } = await round.vendorOf(batch);
    const denial = await reserve(batch, isFirst, backend.limits.expiresMs, round);
    if (denial !== undefined) {
      const { target } = batch.about;
      const error = denialError(`${target}: ${denial.deny}`, target, denial);
      if (denial.advance !== true) throw error;
      return await failDenied(batch, error, round);
    }
    const blob = await input?.toBlob();
    if (backend.upload !== undefined && input !== undefined && blob !== undefined) {
      // The earlier poll may not have received the response to its upload.
      if (!isFirst) await useEarlierUpload(batch, input, { backend, context }, round);
      if (batch.upload === undefined) await upload(batch, input, blob, { backend, context }, round);
    }
    const body = batch.upload ?? blob;
    if (body !== undefined) await create(batch, body, { backend, context }, round);
    return true;
  } finally {
    await input?.remove();
  }
}

/** Uploads the input. A later holder of the lease finds the upload by its name if this process does not save the id. */
async function upload(
  batch: BatchRecord,
  input: InputFile,
  blob: Blob,
  { backend, context }: Vendor,
  round: Round,
): Promise<void> {
  const { job, record } = round;
  batch.uploading = { fence: job.fence, sha256: input.sha256 };
  await job.save();
  const name = inputName(record.token, batch.number, job.fence);
  const id = await round.send(context, async (own) => backend.upload?.(name, blob, own), UPLOAD_MS);
  batch.upload = id;
  try {
    await job.save();
  } catch (error) {
    if (error instanceof LeaseLost && id !== undefined)
      await withdrawUpload(id, batch, { backend, context }, round);
    throw error;
  }
}

/**
 * Searches for the last upload that a process has begun. Uses the upload if it has the same content as `input`. Otherwise, deletes
 * it, because the chain or the settings of a target have changed.
 */
async function useEarlierUpload(
  batch: BatchRecord,
  input: InputFile,
  { backend, context }: Vendor,
  round: Round,
): Promise<void> {
  const found = await findUpload(batch, { backend, context }, round);
  if (found === undefined) return;
  if (batch.uploading?.sha256 === input.sha256) {
    batch.upload = found;
    await round.job.save();
    return;
  }
  await round.job.checkLease();
  await round.send(context, (own) => backend.remove({ ref: undefined, upload: found }, own));
}

/** Returns the id of the last upload that a process has begun, or `undefined` if it does not exist. */
export async function findUpload(
  { number, uploading }: BatchRecord,
  { backend, context }: Vendor,
  round: Round,
): Promise<string | undefined> {
  if (uploading === undefined) return undefined;
  const name = inputName(round.record.token, number, uploading.fence);
  return round.send(context, async (own) => backend.findUpload?.(name, own));
}

/** Creates the batch at the vendor. */
async function create(
  batch: BatchRecord,
  input: string | Blob,
  { backend, context }: Vendor,
  round: Round,
): Promise<void> {
  const { record, job, key, setup } = round;
  const { requests = 0, group, about, number } = batch;
  batch.state = 'creating';
  batch.createdAt = round.now();
  batch.searchSince ??= batch.createdAt;
  batch.retryAt = undefined;
  batch.notBefore = undefined;
  await job.save();
  try {
    const request = { token: batchName(record.token, number), input, requests, group };
    batch.ref = await round.send(context, (own) => backend.create(request, own), UPLOAD_MS);
  } catch (cause) {
    if (LlmError.is(cause) && isRefusal(cause)) {
      batch.state = 'planned';
      batch.createdAt = undefined;
      await job.save();
    }
    throw cause;
  }
  batch.state = 'running';
  // A new batch has just begun, so query the vendor about the batch only in the next poll.
  round.settled.add(number);
  try {
    await job.save();
  } catch (error) {
    if (error instanceof LeaseLost) await withdrawBatch(batch, { backend, context }, round);
    throw error;
  }
  setup.emit({ type: 'batch-created', key, target: about.target, ref: batch.ref, requests });
}

/** Deletes an upload whose id could not be saved, unless the process that has taken over the job uses it or may use it. */
async function withdrawUpload(
  id: string,
  { number, uploading }: BatchRecord,
  { backend, context }: Vendor,
  round: Round,
): Promise<void> {
  const current = (await loadRecord(round.key, round.setup))?.record.batches[number];
  const mayBeUsed =
    current?.state === 'planned' &&
    current.upload === undefined &&
    current.uploading?.fence === uploading?.fence;
  if (current?.upload === id || mayBeUsed) return;
  await round.send(context, (own) => backend.remove({ ref: undefined, upload: id }, own));
}

/** Cancels a batch whose id could not be saved, unless the process that has taken over the job has found it or may find it. */
async function withdrawBatch(
  { number, ref = '', createdAt }: BatchRecord,
  { backend, context }: Vendor,
  round: Round,
): Promise<void> {
  const current = (await loadRecord(round.key, round.setup))?.record.batches[number];
  const isSearched =
    (current?.state === 'creating' || current?.state === 'trial') && current.createdAt === createdAt;
  if (current?.ref === ref || isSearched) return;
  await round.send(context, (own) => backend.cancel(ref, own));
}

/**
 * Searches for a batch whose creation had no response. If it was not found for two minutes, returns it to the state `planned`, in
 * which `sendBatch` creates it again. Returns whether the batch has changed. A certain candidate has the token of the batch. Any
 * other candidate may belong to another client, so it is put on trial: its results decide.
 */
export async function searchBatch(batch: BatchRecord, round: Round): Promise<boolean> {
  const { record, job, key, setup } = round;
  const { number, requests = 0, upload, notRefs, about, searchSince = 0, createdAt = 0 } = batch;
  const { backend, context } = await round.vendorOf(batch);
  const token = batchName(record.token, number);
  const search = { token, input: upload, requests, since: searchSince - CLOCK_MS };
  const found = await round.send(context, (own) => backend.find(search, own));
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
  } else {
    if (round.now() - createdAt < FIND_MS) return false;
    if (upload !== undefined && batch.isUploadDeleted !== true) {
      // A delayed request of this or a stopped process could still create the batch. Delete its input, then search once more.
      await job.checkLease();
      await round.send(context, (own) => backend.remove({ ref: undefined, upload }, own));
      batch.isUploadDeleted = true;
    } else {
      // No batch was found within `FIND_MS`, so none exists. The next step sends the batch, or releases it if the job closes.
      const none = { upload: undefined, uploading: undefined, isUploadDeleted: undefined };
      Object.assign(batch, { state: 'planned', ...none });
    }
  }
  await job.save();
  return true;
}

/** Returns the vendors' ids of the batches of all jobs. Omits batches on trial, because several jobs may try the same batch. */
async function knownRefs({ setup }: Round): Promise<ReadonlySet<string>> {
  const refs = new Set<string>();
  for await (const { batches } of jobsOf(setup))
    for (const { ref, state } of batches) if (ref !== undefined && state !== 'trial') refs.add(ref);
  return refs;
}
