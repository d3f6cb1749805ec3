import {
  LlmError,
  user,
  type BatchBackend,
  type BatchContext,
  type BatchLine,
  type PreparedTarget,
} from '@majordomo/core';
import { abortable, objectRoot } from '@majordomo/core/toolkit';
import type { BatchRecord, JobRecord, StoredRequest } from '../record/record.ts';
import type { BatchRow } from '../record/rows.ts';
import type { Setup } from '../setup.ts';
import type { LeasedJob } from '../record/leased-job.ts';
import { lateTime } from './deadline.ts';

/** Maximum time of a request, and of the wait for the next result, in milliseconds. The transport itself has no timeout. */
const CALL_MS = 600_000;
/** Maximum time of a request that contains the input of a batch, in milliseconds. */
export const UPLOAD_MS = 3_600_000;

/** Target of a batch, and the target after it. */
export interface BatchTargets {
  readonly target: PreparedTarget;
  readonly next: PreparedTarget | undefined;
}

/** Batch API of a batch's target, and the context of its requests. */
export interface Vendor {
  readonly backend: BatchBackend;
  readonly context: BatchContext;
}

/** One poll of a leased job. */
export class Round {
  readonly job: LeasedJob;
  readonly key: string;
  readonly record: JobRecord;
  readonly setup: Setup;
  readonly signal: AbortSignal;
  /** Numbers of the batches for which nothing more is due in this poll. */
  readonly settled: Set<number> = new Set();
  /** Targets without a batch API that this poll has reported. */
  readonly skipped: Set<string> = new Set();

  constructor(job: LeasedJob, setup: Setup, signal: AbortSignal) {
    this.job = job;
    this.key = job.key;
    this.record = job.record;
    this.setup = setup;
    this.signal = signal;
  }

  now(): number {
    return this.setup.clock.now();
  }

  /** Whether the job no longer waits for batches, because its deadline is near or has passed. */
  get isLate(): boolean {
    return this.now() >= lateTime(this.record);
  }

  /** Whether the job sends no further batches. */
  get isClosing(): boolean {
    return this.record.isCancelled === true || this.isLate;
  }

  /** Returns the request of an item, with the schema of the job. */
  requestOf({ request }: Pick<BatchRow, 'request'>): StoredRequest {
    const { output } = this.record;
    return output === undefined || 'embedding' in request
      ? request
      : { ...request, output: objectRoot(output).schema };
  }

  /** Returns the targets of the chain, prepared for the item's request. Rejects if the request is invalid. */
  chainFor(row: Pick<BatchRow, 'request'>, spec?: string): Promise<readonly PreparedTarget[]> {
    const { tenant, metadata, spec: chain } = this.record;
    const options = { tenant, metadata, signal: this.signal };
    return this.setup.majordomo.prepare(spec ?? chain, this.requestOf(row), options);
  }

  /** Returns the batch's target and the next target for an item. The chain may have changed since the batch was created. */
  async targetsFor(row: Pick<BatchRow, 'request'>, { position, about }: BatchRecord): Promise<BatchTargets> {
    const chain = await this.chainFor(row);
    const target =
      chain.find(({ attempt }) => attempt.target === about.target) ??
      (await this.chainFor(row, about.target))[0];
    if (target === undefined)
      throw new LlmError('config', `${about.target} is not available; add its provider again`);
    return { target, next: chain[position + 1] };
  }

  /** Returns the batch API of a batch's target. Uses a placeholder request, because the API does not depend on the items. */
  async vendorOf(batch: BatchRecord): Promise<Vendor> {
    const request = batch.isEmbedding ? { embedding: { values: ['x'] } } : { messages: [user('x')] };
    const { target } = await this.targetsFor({ request }, batch);
    const { batch: backend, context } = target;
    if (backend !== undefined) return { backend, context };
    throw new LlmError('config', `${batch.about.target} has no batch API anymore; restore its provider`);
  }

  /**
   * Returns the result of a request to a vendor. Rejects with `timeout` after `ms` milliseconds, and with `aborted` if the poll
   * is aborted, because `context.signal` follows the signal that `chainFor` passes to `prepare`.
   */
  send<T>(context: BatchContext, run: (own: BatchContext) => Promise<T>, ms: number = CALL_MS): Promise<T> {
    const { target } = context;
    const late = new AbortController();
    const cancel = this.setup.clock.timer(ms, () => {
      const problem = `${target}: the batch API did not respond within ${ms} ms; poll the job again`;
      late.abort(new LlmError('timeout', problem, { target, phase: 'total' }));
    });
    const signal = AbortSignal.any([context.signal, late.signal]);
    const work = abortable(run({ ...context, signal }), signal).catch((cause: unknown) => {
      if (!context.signal.aborted) throw cause;
      throw new LlmError('aborted', `${target}: the request was aborted`, { target }, { cause });
    });
    return work.finally(cancel);
  }

  /** Iterates over the results of an ended batch. Throws `timeout` if the next result does not arrive in time. */
  async *resultsOf({ backend, context }: Vendor, ref: string): AsyncGenerator<BatchLine, void> {
    const ending = new AbortController();
    const signal = AbortSignal.any([context.signal, ending.signal]);
    const lines = backend.results(ref, { ...context, signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.send(context, () => lines.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      lines.return?.().catch(() => undefined);
      ending.abort();
    }
  }
}
