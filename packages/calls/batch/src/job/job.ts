import { LlmError, type JsonObject, type ObjectSchema } from '@majordomo/core';
import { abortable, notify, restoredError, withDetails, withTimeout } from '@majordomo/core/toolkit';
import { valueOf } from '../vendor/typed.ts';
import type { BatchJob, ItemResult, JobProgress } from '../contract.ts';
import type { Setup } from '../setup.ts';
import { runRound } from '../poll/poll.ts';
import { progressOf } from './progress.ts';
import { PLACES, sumOfStored, type JobRecord } from '../record/record.ts';
import { Round } from '../poll/round.ts';
import { Rows, type ItemRow } from '../record/rows.ts';
import { itemAttempt, responseOf } from '../record/stored-item.ts';
import {
  cancelRecord,
  loadRecord,
  LeasedJob,
  LeaseLost,
  removeRecord,
  requireRecord,
  type LoadedRecord,
} from '../record/leased-job.ts';

/** Default of the maximum wait between two polls of `done`, in milliseconds. */
const EVERY_MS = 60_000;
/** Maximum time in which an aborted poll releases its lease before it rejects, in milliseconds. */
const RELEASE_MS = 25;
/** Minimum time between two polls of `done`, in milliseconds, unless `everyMs` is smaller. */
const LEAST_WAIT_MS = 1000;

/** Returns a job of the store. */
export function batchJob(key: string, setup: Setup): BatchJob {
  const { clock } = setup;
  const progress = (): Promise<JobProgress> => progressOf(key, setup);
  const poll: BatchJob['poll'] = async ({ signal = new AbortController().signal } = {}) => {
    const work = pollOnce(key, setup, signal).then(progress);
    // After an abort, wait until the lease is released, unless the store does not respond.
    return abortable(work, signal).catch(async (error: unknown) => {
      if (!signal.aborted) throw error;
      return withTimeout(work, RELEASE_MS, clock, { isBackground: true }).catch((cause: unknown) => {
        throw LlmError.is(cause) ? cause : abortedError(key, cause);
      });
    });
  };
  return {
    key,
    poll,
    progress,
    async done({ everyMs = EVERY_MS, signal = new AbortController().signal, onProgress } = {}) {
      for (;;) {
        const now = await poll({ signal });
        notify(onProgress, now);
        if (now.state === 'done') return now;
        const why = `the submission of job "${key}" is not complete; if it was interrupted, submit the job again`;
        if (now.state === 'filling') throw new LlmError('config', why, { path: 'key' });
        const least = Math.min(everyMs, LEAST_WAIT_MS);
        const waitMs = Math.max(least, Math.min(everyMs, now.nextMs ?? 0));
        await clock.sleep(waitMs, signal).catch((cause: unknown) => {
          throw abortedError(key, cause);
        });
      }
    },
    results: (options) => resultsOf(key, options ?? {}, setup),
    cancel: () =>
      change(key, setup, async (record, version) => {
        if (record.isCancelled === true || record.isDone === true) return true;
        return cancelRecord(key, version, setup);
      }),
    remove: () =>
      change(key, setup, async ({ isDone }, version) => {
        if (isDone !== true)
          throw new LlmError('denied', `job "${key}" is not done; call cancel(), then await done()`);
        return removeRecord(key, version, setup);
      }),
  };
}

/**
 * Changes the job at its current version, until `run` returns true. Does nothing if the job was removed in the meantime, also if
 * another job has been submitted with its key. Throws `not-found` if the job did not exist.
 */
async function change(
  key: string,
  setup: Setup,
  run: (record: JobRecord, version: number) => Promise<boolean>,
): Promise<void> {
  const first = await requireRecord(key, setup);
  let stored: LoadedRecord | undefined = first;
  while (stored?.record.token === first.record.token) {
    if (await run(stored.record, stored.version)) return;
    stored = await loadRecord(key, setup);
  }
}

/** Advances a job, unless its submission is incomplete, the job is over, or another process polls it. */
async function pollOnce(key: string, setup: Setup, signal: AbortSignal): Promise<void> {
  const isIdle = ({ total, isDone }: JobRecord): boolean => total === undefined || isDone === true;
  const loaded = await requireRecord(key, setup);
  if (isIdle(loaded.record)) return;
  const isAborted = (): boolean => signal.aborted;
  if (isAborted()) throw abortedError(key, signal.reason);
  const job = await LeasedJob.take(key, loaded, setup);
  if (job === undefined) return;
  try {
    if (!isIdle(job.record)) await runRound(new Round(job, setup, signal));
  } catch (error) {
    if (isAborted()) throw abortedError(key, error);
    // A process that has taken over may have caused the error, because it changes rows and deletes files of earlier holders.
    if (!(error instanceof LeaseLost) && !(await job.isLost())) throw error;
  } finally {
    await job.release();
  }
}

function abortedError(key: string, cause: unknown): LlmError {
  const problem = `the poll of job "${key}" was aborted; the job continues with the next poll`;
  return new LlmError('aborted', problem, {}, { cause });
}

async function* resultsOf<T>(
  key: string,
  { output, from = 0 }: { readonly output?: ObjectSchema<T> | undefined; readonly from?: number | undefined },
  setup: Setup,
): AsyncGenerator<ItemResult<T>, void, undefined> {
  const { record } = await requireRecord(key, setup);
  const rows = new Rows(record.token, setup.records);
  const isFinal = (place: string): boolean => place === PLACES.answered || place === PLACES.failed;
  let end = from;
  for await (const page of rows.pages(from)) {
    end = page.first + page.ids.length;
    for (const row of await rows.itemsOf(page, (place, index) => index >= from && isFinal(place))) {
      // A page and the data of its rows are separate records, so a removal may have deleted the data after the page was read.
      if (row.data.response === undefined && row.data.error === undefined) throw removedError(key);
      yield await resultOf<T>(row, output ?? record.output);
    }
  }
  if (end < (record.total ?? 0)) throw removedError(key);
}

/** Returns the error of a job whose rows were removed after its record was read. */
const removedError = (key: string): LlmError =>
  new LlmError(
    'not-found',
    `job "${key}" was removed while its results were read; remove a job after its results are read`,
    { path: 'key' },
  );

async function resultOf<T>(
  { index, id, data }: ItemRow,
  output: ObjectSchema<T> | JsonObject | undefined,
): Promise<ItemResult<T>> {
  const { attempts: stored, response: answer, error } = data;
  const attempts = stored.map(itemAttempt);
  const last = stored.findLast(({ outcome }) => outcome !== 'skipped');
  const nanoUsd = sumOfStored(stored.map((attempt) => attempt.nanoUsd));
  const result = { index, id, target: last?.target, via: last?.via, value: undefined, nanoUsd };
  const response = answer && responseOf(answer, attempts);
  if (response === undefined) return { ...result, response, error: error && restoredError(error, attempts) };
  if (output === undefined || 'vectors' in response) return { ...result, response, error: undefined };
  try {
    return { ...result, response, value: await valueOf<T>(response, output), error: undefined };
  } catch (cause) {
    // A schema that throws is an error of the application, so rethrow it. An invalid or unfinished answer fails its item.
    if (!LlmError.is(cause) || cause.kind === 'config') throw cause;
    return { ...result, response: undefined, error: withDetails(cause, { attempts }) };
  }
}
