import type { BatchItem, BatchJob, Batches, ItemResult } from '@majordomo/batch';
import { LlmError, toJson, type ChatResponse, type JsonObject } from '@majordomo/core';
import { abortable, asRecord } from '@majordomo/core/toolkit';
import { digest, groupBy, isOwnFailure, storeError } from '@majordomo/evals/internal';
import type { JobLine } from '../journal/lines.ts';
import { tenantOf } from '../traffic/tenant.ts';
import type { Calls, CallSetup, JudgeCall, SideCall } from './paid-calls.ts';

/** Call that waits for a batch. */
type Waiting =
  | { readonly type: 'answer'; readonly call: SideCall }
  | { readonly type: 'verdict'; readonly call: JudgeCall };

/** Wait between two polls if a job can be polled again at once, in milliseconds. */
const POLL_MS = 1000;

/** Options of `sendBatches`. */
interface Polling {
  /** Maximum duration in milliseconds. */
  readonly waitMs: number;
  readonly onPoll: (nextMs: number) => void;
}

/**
 * Calls as items of batch jobs. A pass over the units collects the calls without a result, and `sendBatches` gets their results. A job is
 * written to the journal before it is submitted, so that the next process continues the same job.
 */
export class BatchCalls implements Calls {
  stopped: string | undefined;
  readonly failures: Map<string, number> = new Map();
  private readonly batches: Batches;
  private readonly setup: CallSetup;
  private readonly waiting = new Map<string, Waiting>();
  /** Keys of the items whose results this run has read. Items without a stored answer are sent again by the next run only. */
  private readonly tried = new Set<string>();

  constructor(batches: Batches, setup: CallSetup) {
    this.batches = batches;
    this.setup = setup;
  }

  async answer(call: SideCall): Promise<boolean> {
    if (!this.tried.has(call.key)) this.waiting.set(call.key, { type: 'answer', call });
    return false;
  }

  async judge(call: JudgeCall): Promise<boolean> {
    if (!this.tried.has(call.key)) this.waiting.set(call.key, { type: 'verdict', call });
    return false;
  }

  /**
   * Submits the collected calls, waits for the results and stores them. Returns `false` if no call was collected, if the time is over,
   * or if the budget does not cover the calls.
   */
  async sendBatches({ waitMs, onPoll }: Polling): Promise<boolean> {
    const { clock, signal } = this.setup;
    const end = clock.now() + waitMs;
    const jobs = await this.submit();
    if (jobs.length === 0) return false;
    let rest = jobs;
    for (;;) {
      const progress = await Promise.all(rest.map((job) => job.poll({ signal })));
      rest = rest.filter((_, at) => progress[at]?.state !== 'done');
      if (rest.length === 0) break;
      // A job that is over states no time. At most one minute passes between two polls.
      const nextMs = Math.min(...progress.map((one) => one.nextMs ?? Infinity), 60_000) || POLL_MS;
      if (clock.now() + nextMs > end) {
        this.stopped = 'the time of `waitMs` is over, and batches are still running; run again';
        return false;
      }
      onPoll(nextMs);
      await abortable(new Promise<void>((resolve) => clock.timer(nextMs, resolve)), signal);
    }
    for (const job of jobs) await this.store(job);
    this.waiting.clear();
    return true;
  }

  /** Continues the jobs of an earlier process, and submits the collected calls that no job contains. */
  private async submit(): Promise<readonly BatchJob[]> {
    const { journal, name } = this.setup;
    const lines = [...journal.index.jobs.values()];
    const sent = new Set(lines.flatMap(({ items }) => items));
    const fresh = [...this.waiting].filter(([key]) => !sent.has(key));
    const groups = groupBy(fresh, ([, { type, call }]) => `${type} ${call.spec}`);
    for (const group of groups.values()) {
      const line = await this.begin(name, group);
      if (line !== undefined) lines.push(line);
    }
    if (lines.length === 0 && fresh.length > 0)
      this.stopped =
        'the budget does not cover the maximum cost of the next call; raise `budgetUsd` and run again';
    const jobs = await Promise.all(lines.map((line) => this.submitJob(line)));
    return jobs.filter((job) => job !== undefined);
  }

  /**
   * Writes a job with the calls whose maximum cost the budget covers. The others wait for a later job, because calls cost less than their
   * maximum. Stops at the first call that is not covered, even if a later one costs less. Returns `undefined` for an empty job.
   */
  private async begin(
    name: string,
    group: readonly (readonly [string, Waiting])[],
  ): Promise<JobLine | undefined> {
    const { journal, prices, budget, signal } = this.setup;
    let most = 0n;
    const items: string[] = [];
    const maxNanoUsd: string[] = [];
    for (const [key, { call }] of group) {
      const cost = await prices.maximum(call.spec, call.request, { tenant: tenantOf(name), signal });
      if (!budget.covers(most + cost)) break;
      most += cost;
      items.push(key);
      maxNanoUsd.push(String(cost));
    }
    if (items.length === 0) return undefined;
    const line: JobLine = {
      type: 'job',
      // The store may contain jobs of a removed experiment with the same name.
      key: `replay:${name}:${journal.index.jobCount + 1}:${digest(items, 16)}`,
      items,
      maxNanoUsd,
    };
    await journal.append(line);
    return line;
  }

  /** Submits or continues a job. Returns `undefined` for a job that was not submitted and whose calls are not needed any more. */
  private async submitJob({ key, items }: JobLine): Promise<BatchJob | undefined> {
    const { name, journal } = this.setup;
    const calls = items.flatMap((item) => this.waiting.get(item) ?? []);
    const [first] = calls;
    if (first === undefined) {
      // All results of the job are stored, or the definition has changed.
      const job = await this.batches.open(key).catch((error: unknown) => {
        if (!LlmError.is(error, 'not-found')) throw error;
        return undefined;
      });
      if (job === undefined) await journal.append({ type: 'job-end', key, nanoUsd: '0' });
      return job;
    }
    const output = first.type === 'verdict' ? first.call.request.output : undefined;
    // `submit` ignores the items of a job whose submission was completed by an earlier process.
    return this.batches.submit({
      key,
      spec: first.call.spec,
      items: calls.map((waiting) => itemOf(waiting)),
      output,
      tenant: tenantOf(name),
      metadata: { replay: { name } },
    });
  }

  /** Stores the results of a job, and books their cost. A result without a known cost costs the maximum of its item. */
  private async store(job: BatchJob): Promise<void> {
    const { journal } = this.setup;
    const { index } = journal;
    const { key } = job;
    const { items = [], maxNanoUsd = [] } = index.jobs.get(key) ?? {};
    const maxima = new Map(items.map((item, at) => [item, BigInt(maxNanoUsd[at] ?? 0)]));
    let sum = 0n;
    for await (const result of job.results<JsonObject>()) {
      const { id } = result;
      const cost = result.nanoUsd ?? maxima.get(id) ?? 0n;
      sum += cost;
      this.tried.add(id);
      // The definition may have changed since the call was sent, or an earlier process may have stored its result.
      const waiting = this.waiting.get(id);
      if (waiting === undefined || index.answers.has(id) || index.verdicts.has(id)) continue;
      await this.storeResult(waiting, result, cost);
    }
    await journal.append({ type: 'job-end', key, nanoUsd: String(sum) });
  }

  private async storeResult(
    waiting: Waiting,
    { error, value, response }: ItemResult<JsonObject>,
    cost: bigint,
  ): Promise<void> {
    const { journal } = this.setup;
    const { key } = waiting.call;
    if (error !== undefined && !isOwnFailure(error)) {
      this.failures.set(error.kind, (this.failures.get(error.kind) ?? 0) + 1);
      return;
    }
    if (waiting.type === 'verdict') {
      const { verdict: answer } = asRecord(value) as { readonly verdict?: string };
      const verdict = answer === undefined ? undefined : waiting.call.verdicts[answer];
      await journal.append({ type: 'verdict', key, verdict });
      return;
    }
    const { unit, side } = waiting.call;
    await journal.append({
      type: 'answer',
      key,
      unit,
      side,
      response: error === undefined ? toJson(contentOf(response as ChatResponse)) : undefined,
      error: error && toJson(storeError(error)),
      ms: undefined,
      firstMs: undefined,
      nanoUsd: String(cost),
    });
  }
}

const contentOf = ({ parts, finish, target, usage }: ChatResponse): object => ({
  parts,
  finish,
  target,
  usage,
});

function itemOf({ type, call }: Waiting): BatchItem {
  if (type === 'answer') return { id: call.key, request: call.request };
  const { output: _ofJob, ...request } = call.request;
  return { id: call.key, request };
}
