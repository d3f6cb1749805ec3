import { LlmError, user, type BatchBackend, type BatchContext } from '@majordomo/core';
import type { BatchRecord } from './record.ts';
import type { Round } from './round.ts';

/** Batch API of a batch's target, and the context of its requests. */
export interface Vendor {
  readonly backend: BatchBackend;
  readonly context: BatchContext;
}

/** Returns the batch API of a batch's target. */
export async function vendorOf(batch: BatchRecord, round: Round): Promise<Vendor> {
  // The batch API does not depend on the request.
  const request = batch.isEmbedding ? { embedding: { values: ['x'] } } : { messages: [user('x')] };
  const { current } = await round.targetsFor({ request: JSON.stringify(request) }, batch);
  const { batch: backend, context } = current;
  const { target } = batch.about;
  if (backend === undefined)
    throw new LlmError('config', `${target} has no batch API anymore; restore its provider`);
  return { backend, context };
}
