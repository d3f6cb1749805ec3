import { LlmError } from '@majordomo/core';
import type { BatchRow } from './contract.ts';
import { InputFile } from './input-file.ts';
import { closingMove } from './item.ts';
import { runLive } from './live.ts';
import { reserve, ResultSum } from './money.ts';
import { batchName, planBatch } from './plan-batch.ts';
import { endBatch, failAll, readBatch } from './read-batch.ts';
import { isStalled, PLACES, queuePositions, type BatchRecord } from './record.ts';
import type { Round } from './round.ts';
import { delay, searchBatch, sendBatch } from './send-batch.ts';
import { vendorOf } from './vendor.ts';
import { asLlmFailure, isTransient, mustStop } from './vendor-error.ts';

const PAGE = 500;

/** Advances a job as far as possible now. */
export async function runRound(round: Round): Promise<void> {
  let hasChanged = true;
  while (hasChanged) hasChanged = (await advanceBatches(round)) || (await planQueues(round));
  await runLive(round);
  await finish(round);
}

const isPending = ({ state }: BatchRecord): boolean => state !== 'read';

/** Advances each batch to its next state. Returns whether the state of a batch has changed. */
async function advanceBatches(round: Round): Promise<boolean> {
  let hasChanged = false;
  for (const batch of round.record.batches) {
    while (await advance(batch, round)) hasChanged = true;
  }
  return hasChanged;
}

async function advance(batch: BatchRecord, round: Round): Promise<boolean> {
  round.signal.throwIfAborted();
  if (round.delayed.has(batch.number)) return false;
  try {
    switch (batch.state) {
      case 'planned':
        if (round.isClosing) return await release(batch, round);
        return await once(batch, round, () => sendBatch(batch, undefined, round));
      case 'creating':
        return await once(batch, round, () => searchBatch(batch, round));
      case 'trial':
        // The batch may belong to another client, so a job that closes neither waits for it nor cancels it.
        return round.isClosing
          ? await release(batch, round)
          : await once(batch, round, () => look(batch, round));
      case 'running':
        return await once(batch, round, () => look(batch, round));
      case 'ended':
        return batch.nanoUsd === undefined ? await read(batch, round) : await removeFiles(batch, round);
      case 'read':
        return false;
      default:
        return batch.state satisfies never;
    }
  } catch (cause) {
    const error = asLlmFailure(cause);
    if (!LlmError.is(cause) || mustStop(error) || error.kind === 'aborted') throw cause;
    await delay(batch, error, round);
    return false;
  }
}

/** Contacts the vendor about a batch at most once per poll and state. A batch that was just created is not queried. */
async function once(batch: BatchRecord, round: Round, contact: () => Promise<boolean>): Promise<boolean> {
  if (round.contacted.has(batch.number)) return false;
  round.contacted.add(batch.number);
  const { state } = batch;
  const hasChanged = await contact();
  if (hasChanged && state !== 'planned') round.contacted.delete(batch.number);
  return hasChanged;
}

async function look(batch: BatchRecord, round: Round): Promise<boolean> {
  const { backend, context } = await vendorOf(batch, round);
  const { ref = '', state } = batch;
  if (round.isClosing && batch.isCancelled !== true) {
    await backend.cancel(ref, context);
    batch.isCancelled = true;
    await round.job.save();
  }
  let seen;
  try {
    seen = await backend.look(ref, context);
  } catch (cause) {
    if (!LlmError.is(cause, 'not-found')) throw cause;
    if (state === 'trial') return reject(batch, round);
    const why = `${batch.about.target}: the vendor no longer has batch ${ref}: ${cause.message}`;
    return failAll(batch, new LlmError('server', why, cause.details, { cause }), {}, round);
  }
  if (seen.state === 'running') {
    const hasNews =
      seen.completed !== batch.completed || seen.expiresAt !== batch.expiresAt || batch.retryAt !== undefined;
    Object.assign(batch, { completed: seen.completed, expiresAt: seen.expiresAt, retryAt: undefined });
    if (hasNews) await round.job.save();
    await reserve(batch, backend.limits.expiresMs, round);
    return false;
  }
  if (seen.state === 'failed') return onRefused(batch, seen.error, round);
  batch.completed = seen.completed;
  if (state === 'trial') return readTrial(batch, round);
  batch.state = 'ended';
  await round.job.save();
  return true;
}

/** Handles a batch of which the vendor accepted no request. If the vendor's queue is full, the batch is created again later. */
async function onRefused(batch: BatchRecord, error: LlmError | undefined, round: Round): Promise<boolean> {
  const { ref = '', about } = batch;
  if (batch.state === 'trial') return reject(batch, round);
  if (error?.kind === 'rate-limit' && !round.isClosing) {
    batch.notRefs.push(ref);
    Object.assign(batch, { state: 'planned', ref: undefined, createdAt: undefined, searchSince: undefined });
    await delay(batch, error, round);
    return false;
  }
  const why = `${about.target}: the vendor accepted no request of the batch: ${error?.message ?? 'no reason given'}`;
  return failAll(
    batch,
    new LlmError('server', why, { ...error?.details, target: about.target }, { cause: error }),
    {},
    round,
  );
}

/** Continues the search after a batch on trial turned out to be a batch of another client. */
async function reject(batch: BatchRecord, round: Round): Promise<boolean> {
  batch.notRefs.push(batch.ref ?? '');
  batch.ref = undefined;
  batch.state = 'creating';
  await round.job.save();
  return true;
}

async function readTrial(batch: BatchRecord, round: Round): Promise<boolean> {
  const { ref = '', requests = 0, about } = batch;
  if (!(await readBatch(batch, await vendorOf(batch, round), round))) return reject(batch, round);
  round.setup.emit({ type: 'batch-found', key: round.key, target: about.target, ref, requests });
  return true;
}

async function read(batch: BatchRecord, round: Round): Promise<boolean> {
  await readBatch(batch, await vendorOf(batch, round), round);
  return true;
}

/** Deletes the batch's files at the vendor. A refusal is not retried, because the answers are already stored. */
async function removeFiles(batch: BatchRecord, round: Round): Promise<boolean> {
  const { ref, upload } = batch;
  try {
    const { backend, context } = await vendorOf(batch, round);
    if (ref !== undefined || upload !== undefined) await backend.remove({ ref, upload }, context);
  } catch (cause) {
    if (!LlmError.is(cause) || isTransient(cause) || cause.kind === 'aborted') throw cause;
  }
  // A process that was killed leaves its input in the folder.
  await new InputFile(round.setup.folder, batchName(round.record.token, batch), '').remove();
  batch.state = 'read';
  batch.retryAt = undefined;
  await round.job.save();
  return true;
}

/** Removes the items from a batch that is not sent. */
async function release(batch: BatchRecord, round: Round): Promise<boolean> {
  await closeRows(PLACES.batch(batch.number), round);
  batch.requests ??= 0;
  batch.ref = undefined;
  await endBatch(batch, new ResultSum(), round);
  return true;
}

/** Moves all rows of a place whose rows are not sent by batch anymore. */
async function closeRows(place: string, round: Round): Promise<void> {
  const { store } = round.setup;
  for (;;) {
    const rows: readonly BatchRow[] = await store.rows(round.key, { place, limit: PAGE });
    if (rows.length === 0) return;
    await round.job.checkLock();
    await store.move(
      round.key,
      rows.map((row) => closingMove(row, round)),
    );
  }
}

/** Plans and sends batches of all queues. Returns whether rows may have moved. */
async function planQueues(round: Round): Promise<boolean> {
  const counts = await round.setup.store.counts(round.key);
  const positions = queuePositions(counts).filter(
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
    round.contacted.add(planned.batch.number);
    await sendBatch(planned.batch, planned, round);
  }
}

async function finish(round: Round): Promise<void> {
  const { record, setup, key, job } = round;
  if (record.batches.some(isPending)) return;
  const { [PLACES.answered]: answered = 0, [PLACES.failed]: failed = 0 } = await setup.store.counts(key);
  if (answered + failed !== record.total) return;
  record.isDone = true;
  await job.save();
  setup.emit({ type: 'job-done', key, answered, failed });
}
