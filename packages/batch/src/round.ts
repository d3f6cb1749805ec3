import {
  fromJson,
  LlmError,
  type ChatRequest,
  type EmbeddingRequest,
  type PreparedTarget,
} from '@majordomo/core';
import { objectRoot } from '@majordomo/core/toolkit';
import type { BatchRow } from './contract.ts';
import type { Setup } from './setup.ts';
import type { BatchRecord, JobRecord } from './record.ts';
import type { LockedJob } from './stored-job.ts';

export type StoredRequest = ChatRequest | { readonly embedding: EmbeddingRequest };

/** One poll of a locked job. */
export class Round {
  readonly job: LockedJob;
  readonly setup: Setup;
  readonly signal: AbortSignal;
  /** Numbers of the batches about which this poll has contacted the vendor. */
  readonly contacted: Set<number> = new Set();
  /** Numbers of the batches that wait after a failure. */
  readonly delayed: Set<number> = new Set();
  /** Targets without a batch API that this poll has reported. */
  readonly skipped: Set<string> = new Set();

  constructor(job: LockedJob, setup: Setup, signal: AbortSignal) {
    this.job = job;
    this.setup = setup;
    this.signal = signal;
  }

  get key(): string {
    return this.job.key;
  }

  get record(): JobRecord {
    return this.job.record;
  }

  now(): number {
    return this.setup.clock.now();
  }

  /** Whether the job no longer waits for batches. */
  get isLate(): boolean {
    return this.now() >= lateTime(this.record);
  }

  /** Whether the job sends no further batches. */
  get isClosing(): boolean {
    return this.record.isCancelled === true || this.isLate;
  }

  /** Returns the request of an item, with the schema of the job. */
  requestOf({ request }: Pick<BatchRow, 'request'>): StoredRequest {
    const stored = fromJson<StoredRequest>(JSON.parse(request));
    const { output } = this.record;
    return output === undefined || 'embedding' in stored
      ? stored
      : { ...stored, output: objectRoot(output).schema };
  }

  /** Returns the targets of the chain with the item's request. Throws the error of an invalid request. */
  chainFor(
    row: Pick<BatchRow, 'request'>,
    spec: string = this.record.spec,
  ): Promise<readonly PreparedTarget[]> {
    const { tenant, metadata } = this.record;
    return this.setup.majordomo.prepare(spec, this.requestOf(row), { tenant, metadata, signal: this.signal });
  }

  /** Returns the target of a batch and the target after it. The chain may have changed since the batch was created. */
  async targetsFor(
    row: Pick<BatchRow, 'request'>,
    { position, about: { target } }: BatchRecord,
  ): Promise<{ readonly current: PreparedTarget; readonly next: PreparedTarget | undefined }> {
    const chain = await this.chainFor(row);
    const isTarget = (one?: PreparedTarget): boolean => one?.attempt.target === target;
    const known = isTarget(chain[position]) ? chain[position] : chain.find((one) => isTarget(one));
    const current = known ?? (await this.chainFor(row, target))[0];
    if (current === undefined)
      throw new LlmError('config', `${target} is not available; add its provider again`);
    return { current, next: chain[position + 1] };
  }
}

/** Returns the time from which the job no longer waits for batches, in epoch milliseconds. */
export function lateTime({ deadline = Infinity, live }: JobRecord): number {
  return deadline - (live === undefined || live.when === 'failed' ? 0 : live.leadMs);
}
