import { LlmError, type BatchBackend, type BatchContext } from '@majordomo/core';
import type { BatchRow } from './contract.ts';
import { PLACES, type BatchRecord } from './record.ts';
import type { Round } from './round.ts';

/** Batch API of a batch's target, and the context of its requests. */
export interface Vendor {
  readonly backend: BatchBackend;
  readonly context: BatchContext;
}

/** Returns the batch API of a batch's target. */
export async function vendorOf(batch: BatchRecord, round: Round): Promise<Vendor> {
  const { store } = round.setup;
  const [own] = await store.rows(round.key, { place: PLACES.batch(batch.number), limit: 1 });
  const [row] = own === undefined ? await store.rows(round.key, { limit: 1 }) : [own];
  const { current } = await round.targetsFor(row as BatchRow, batch);
  const { batch: backend, context } = current;
  const { target } = batch.about;
  if (backend === undefined)
    throw new LlmError('config', `${target} has no batch API anymore; restore its provider`);
  return { backend, context };
}
