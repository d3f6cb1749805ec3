import { LlmError } from '@majordomo/core';
import { removeInputs, type InputFile } from '../files/input-file.ts';
import { closingMove } from './move-item.ts';
import { runLive } from './live.ts';
import { renew, settleUnknown, settleUnprocessed } from './money.ts';
import { planBatch } from './plan-batch.ts';
import { failAll, failLost, readBatch } from './read-batch.ts';
import { batchName, isStalled, PLACES, queuePositions, type BatchRecord } from '../record/record.ts';
import type { Round } from './round.ts';
import { findUpload, searchBatch, sendBatch } from './send-batch.ts';
import { isTransient, rejectsPoll } from '../vendor/vendor-error.ts';

/** Time before a retry if the vendor does not specify a time, in milliseconds. */
const RETRY_MS = 60_000;

/**
 * Advances a job as far as possible now. Rows that a batch moves to the queue of another target are planned in a further pass,
 * which ends when no batch changes its state and no queue has rows to send.
 */
export async function runRound(round: Round): Promise<void> {
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const batch of round.record.batches)
      while (await advance(batch, round, undefined)) hasChanged = true;
    if (!hasChanged) hasChanged = await planQueues(round);
  }
  await runLive(round);
  await finish(round);
}

/** Advances a batch to its next state. Returns whether its state has changed. */
async function advance(batch: BatchRecord, round: Round, input: InputFile | undefined): Promise<boolean> {
  round.signal.throwIfAborted();
  if (round.settled.has(batch.number)) return false;
  try {
    if (await stepOf(batch, round, input)) return true;
    round.settled.add(batch.number);
  } catch (cause) {
    // Rethrow errors of the store or of this program, aborts, and errors after which a person must act, such as `auth`.
    if (!LlmError.is(cause) || rejectsPoll(cause)) throw cause;
    // In every other state, the vendor may have the batch, so it is tried again later instead.
    if (batch.state === 'planned' && !isTransient(cause)) return failAll(batch, cause, round);
    await delay(batch, cause, round);
  }
  return false;
}

/** Performs the step that the state of a batch requires. Returns whether the state has changed. */
async function stepOf(batch: BatchRecord, round: Round, input: InputFile | undefined): Promise<boolean> {
  switch (batch.state) {
    case 'planned':
      return round.isClosing ? release(batch, round) : sendBatch(batch, input, round);
    case 'creating':
      return searchBatch(batch, round);
    case 'trial':
      // The batch may belong to another client. Near the deadline or after `cancel`, the job neither waits for it nor cancels it.
      return round.isClosing ? release(batch, round) : checkBatch(batch, round);
    case 'running':
      return checkBatch(batch, round);
    case 'ended':
      // The cost is stored when all results have been read.
      return batch.nanoUsd === undefined ? readBatch(batch, round) : removeFiles(batch, round);
    case 'read':
      return false;
    default:
      return batch.state satisfies never;
  }
}

/** Stores the time of the next try and emits `batch-delayed`. */
async function delay(batch: BatchRecord, error: LlmError, round: Round): Promise<void> {
  round.settled.add(batch.number);
  const { retryAfterMs } = error.details;
  const inMs = retryAfterMs ?? RETRY_MS;
  batch.retryAt = round.now() + inMs;
  batch.notBefore = retryAfterMs === undefined ? undefined : batch.retryAt;
  await round.job.save();
  round.setup.emit({ type: 'batch-delayed', key: round.key, target: batch.about.target, error, inMs });
}

/** Asks the vendor for the state of a batch. */
async function checkBatch(batch: BatchRecord, round: Round): Promise<boolean> {
  const { backend, context } = await round.vendorOf(batch);
  const { ref = '', state, about } = batch;
  if (round.isClosing && batch.isCancelled !== true) {
    await round
      .send(context, (own) => backend.cancel(ref, own))
      .catch((cause: unknown) => {
        // The look below handles a batch that the vendor no longer has.
        if (!LlmError.is(cause, 'not-found')) throw cause;
      });
    batch.isCancelled = true;
    await round.job.save();
  }
  let status;
  try {
    status = await round.send(context, (own) => backend.look(ref, own));
  } catch (cause) {
    if (!LlmError.is(cause, 'not-found')) throw cause;
    if (state === 'trial') return excludeCandidate(batch, round);
    const why = `${about.target}: the vendor no longer has batch ${ref}: ${cause.message}`;
    return failLost(batch, new LlmError('server', why, cause.details, { cause }), round);
  }
  const { completed, expiresAt } = status;
  if (status.state === 'running') {
    const hasNews =
      completed !== batch.completed || expiresAt !== batch.expiresAt || batch.retryAt !== undefined;
    Object.assign(batch, { completed, expiresAt, retryAt: undefined });
    if (hasNews) await round.job.save();
    await renew(batch, backend.limits.expiresMs, round);
    return false;
  }
  if (status.state === 'failed') return onRefused(batch, status.error, round);
  // `without`: why items have no line in the results.
  Object.assign(batch, { completed, without: status.without });
  if (state === 'trial') return readTrial(batch, round);
  batch.state = 'ended';
  await round.job.save();
  return true;
}

/** Handles a batch of which the vendor accepted no request. If the vendor's queue is full, the batch is created again later. */
async function onRefused(batch: BatchRecord, error: LlmError | undefined, round: Round): Promise<boolean> {
  const { ref = '', about } = batch;
  if (batch.state === 'trial') return excludeCandidate(batch, round);
  if (error?.kind === 'rate-limit' && !round.isClosing) {
    batch.notRefs.push(ref);
    Object.assign(batch, { state: 'planned', ref: undefined, createdAt: undefined, searchSince: undefined });
    await delay(batch, error, round);
    return false;
  }
  const { target } = about;
  const why = `${target}: the vendor accepted no request of the batch: ${error?.message ?? 'no reason given'}`;
  return failAll(batch, new LlmError('server', why, { ...error?.details, target }, { cause: error }), round);
}

/** Excludes a `trial` batch that belongs to another client, and continues the search. */
async function excludeCandidate(batch: BatchRecord, round: Round): Promise<boolean> {
  batch.notRefs.push(batch.ref ?? '');
  batch.ref = undefined;
  batch.state = 'creating';
  await round.job.save();
  return true;
}

async function readTrial(batch: BatchRecord, round: Round): Promise<boolean> {
  const { ref = '', requests = 0, about } = batch;
  if (!(await readBatch(batch, round))) return excludeCandidate(batch, round);
  round.setup.emit({ type: 'batch-found', key: round.key, target: about.target, ref, requests });
  return true;
}

/** Deletes the batch's files at the vendor. A rejected deletion is not retried, because it loses no answers. */
async function removeFiles(batch: BatchRecord, round: Round): Promise<boolean> {
  const { ref, number } = batch;
  const { setup, record, job } = round;
  await job.checkLease();
  try {
    const vendor = await round.vendorOf(batch);
    // An upload whose response was lost has no id, but it may exist at the vendor.
    const isUploadUnknown = batch.upload === undefined && batch.uploading !== undefined;
    const upload = isUploadUnknown ? await findUpload(batch, vendor, round) : batch.upload;
    if (ref !== undefined || upload !== undefined)
      await round.send(vendor.context, (own) => vendor.backend.remove({ ref, upload }, own));
  } catch (cause) {
    if (!LlmError.is(cause) || isTransient(cause) || cause.kind === 'aborted') throw cause;
  }
  await removeInputs(setup.folder, batchName(record.token, number), job.fence);
  batch.state = 'read';
  batch.retryAt = undefined;
  await job.save();
  return true;
}

/** Moves all items away from a batch that is not sent, or that is on trial. Its settlement sets the state to `ended`. */
async function release(batch: BatchRecord, round: Round): Promise<boolean> {
  // The batch on trial may be the batch of this job, which the vendor processes.
  const settle = batch.state === 'trial' ? settleUnknown : settleUnprocessed;
  await closeRows(PLACES.batch(batch.number), round);
  batch.requests ??= 0;
  // It may also belong to another client, and `removeFiles` would delete the files of a batch with a `ref`.
  batch.ref = undefined;
  await settle(batch, round);
  return true;
}

/** Moves all rows of a place to the live calls or to the failed items. */
async function closeRows(place: string, round: Round): Promise<void> {
  const { job } = round;
  for await (const page of job.pagesAt(place)) {
    const rows = await job.rows.itemsOf(page, (at) => at === place);
    await job.move(rows.map((row) => closingMove(row, round)));
  }
}

/** Plans and sends batches of all queues. Returns whether rows may have moved. */
async function planQueues(round: Round): Promise<boolean> {
  const positions = queuePositions(round.record.counts).filter(
    (position) => round.isClosing || !isStalled(round.record, position),
  );
  for (const position of positions) {
    if (round.isClosing) await closeRows(PLACES.queue(position), round);
    else await planQueue(position, round);
  }
  return positions.length > 0;
}

async function planQueue(position: number, round: Round): Promise<void> {
  while (!isStalled(round.record, position)) {
    const planned = await planBatch(position, round);
    if (planned === undefined) return;
    await advance(planned.batch, round, planned.input);
  }
}

async function finish(round: Round): Promise<void> {
  const { record, setup, key, job } = round;
  if (record.batches.some(({ state }) => state !== 'read')) return;
  const { [PLACES.answered]: answered = 0, [PLACES.failed]: failed = 0 } = record.counts;
  if (answered + failed !== record.total) return;
  record.isDone = true;
  await job.save();
  setup.emit({ type: 'job-done', key, answered, failed });
}
