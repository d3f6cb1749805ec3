import { LlmError } from '@majordomo/core';
import type { InputFile } from './input-file.ts';
import { reserve } from './money.ts';
import { planBatch } from './plan-batch.ts';
import { failAll } from './read-batch.ts';
import { batchName, type BatchRecord } from './record.ts';
import { UPLOAD_MS, type Round, type Vendor } from './round.ts';
import { loadRecord } from './stored-job.ts';
import { isRefusal } from './vendor-error.ts';

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
  let input = planned;
  try {
    if (batch.upload === undefined) {
      input ??= (await planBatch(batch.position, round, batch))?.input;
      if (input === undefined) return true;
    }
    const { backend, context } = await round.vendorOf(batch);
    const denial = await reserve(batch, backend.limits.expiresMs, round);
    if (denial !== undefined) {
      const { deny, advance, code, publicMessage, retryAfterMs } = denial;
      const { target } = batch.about;
      const details = { target, code, publicMessage, retryAfterMs };
      const error = new LlmError('denied', `${target}: ${deny}`, details);
      if (advance !== true) throw error;
      batch.most = undefined;
      return await failAll(batch, error, round, true);
    }
    if (backend.upload !== undefined && input !== undefined) {
      const name = batchName(round.record.token, batch.number);
      // An earlier poll may have uploaded the input without receiving the response.
      const found = planned
        ? undefined
        : await round.send(context, async (own) => backend.findUpload?.(name, own));
      const blob = await input.toBlob();
      batch.upload =
        found ?? (await round.send(context, async (own) => backend.upload?.(name, blob, own), UPLOAD_MS));
      await round.job.save();
    }
    const body = batch.upload ?? (await input?.toBlob());
    if (body !== undefined) await create(batch, body, { backend, context }, round);
    return true;
  } finally {
    await input?.remove();
  }
}

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
  await job.save();
  setup.emit({ type: 'batch-created', key, target: about.target, ref: batch.ref, requests });
}

/**
 * Searches for a batch whose creation had no response. Creates the batch again if it was not found for two minutes. Returns
 * whether the state has changed.
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
    // No batch was found within `FIND_MS`, so none exists. The next step sends the batch, or releases it if the job closes.
    batch.state = 'planned';
  }
  await job.save();
  return true;
}

/** Returns the vendors' ids of the batches of all jobs. Omits batches on trial, because several jobs may try the same batch. */
async function knownRefs({ setup }: Round): Promise<ReadonlySet<string>> {
  const refs = new Set<string>();
  for (const key of await setup.store.keys()) {
    const stored = await loadRecord(key, setup);
    for (const { ref, state } of stored?.record.batches ?? [])
      if (ref !== undefined && state !== 'trial') refs.add(ref);
  }
  return refs;
}
