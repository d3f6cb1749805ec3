import { type BatchLook, LlmError, type NewBatch } from '@majordomo/core';
import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import type { BatchApi } from '../profile.ts';

/** JSON object in a response. Any member may be missing. */
export type Json = Readonly<Record<string, unknown>>;

/** Model and endpoint of all requests of a batch. */
export interface BatchTarget {
  readonly modelId: string;
  /** Path with the version, such as `/v1/responses`. */
  readonly endpoint: string;
}

/** Values and functions that differ between the vendors' batch APIs whose input is an uploaded file. */
export interface Jobs {
  /** Path at which batches are created and listed. */
  readonly path: string;
  /** Returns the body that creates a batch. */
  newJob(batch: Pick<NewBatch, 'token' | 'input'>, target: BatchTarget): object;
  /** Returns the ids of the input files of a batch. */
  inputsOf(job: Json): readonly unknown[];
  /** Returns the ids of the output file and the error file of a batch. An element is not a string if its file does not exist. */
  resultsOf(job: Json): readonly unknown[];
  /** Returns the state of a batch, the number of completed requests, and the time at which the batch expires. */
  lookOf(job: Json, target: string): BatchLook;
  /** Returns the query for page `number` (from 0) of a list. Returns `undefined` if `previous` is the last page. */
  pageQuery(number: number, previous: Json | undefined): string | undefined;
}

/** Name of the metadata property whose value identifies a batch. */
export const TOKEN_MEMBER = 'majordomo';

const PAGE_SIZE = 100;

/** OpenAI's batches, which Groq and Azure's `/openai/v1` also implement. Source: types of openai 7.57. */
const BATCHES: Jobs = {
  path: '/batches',
  newJob: ({ token, input }, { endpoint }) => ({
    input_file_id: input,
    endpoint,
    completion_window: '24h',
    metadata: { [TOKEN_MEMBER]: token },
  }),
  inputsOf: (job) => [job['input_file_id']],
  resultsOf: (job) => [job['output_file_id'], job['error_file_id']],
  lookOf: (job, target) => {
    const { completed, failed } = asRecord(job['request_counts']);
    const expiresAt = asNumber(job['expires_at']);
    return {
      ...stateOf(
        job['status'],
        { completed: 'ended', expired: 'expired', cancelled: 'cancelled', failed: 'failed' },
        () => failureOf(asRecord(job['errors'])['data'], target),
      ),
      completed: countOf(completed) + countOf(failed),
      // The API reports seconds since 1970.
      expiresAt: expiresAt && expiresAt * 1000,
    };
  },
  pageQuery(_number, previous) {
    if (previous === undefined) return `limit=${PAGE_SIZE}`;
    const last = asText(asRecord(asList(previous['data']).at(-1))['id']);
    const hasMore = previous['has_more'] === true && last !== undefined;
    return hasMore ? `limit=${PAGE_SIZE}&after=${encodeURIComponent(last)}` : undefined;
  },
};

/** Mistral's jobs. Source: types of @mistralai/mistralai 2.7; no recording confirms these types. */
const TIMED_JOBS: Jobs = {
  path: '/batch/jobs',
  newJob: ({ token, input }, { modelId, endpoint }) => ({
    input_files: [input],
    endpoint,
    model: modelId,
    timeout_hours: 24,
    metadata: { [TOKEN_MEMBER]: token },
  }),
  inputsOf: (job) => asList(job['input_files']),
  resultsOf: (job) => [job['output_file'], job['error_file']],
  lookOf(job, target) {
    // A job whose requests all failed may have the status FAILED. Its error file contains the reasons.
    const hasResults = this.resultsOf(job).some((file) => typeof file === 'string');
    const { completed_requests: completed, succeeded_requests: succeeded, failed_requests: failed } = job;
    return {
      ...stateOf(
        job['status'],
        {
          SUCCESS: 'ended',
          TIMEOUT_EXCEEDED: 'expired',
          CANCELLED: 'cancelled',
          FAILED: hasResults ? 'ended' : 'failed',
        },
        () => failureOf(job['errors'], target),
      ),
      completed: asNumber(completed) ?? countOf(succeeded) + countOf(failed),
      expiresAt: undefined,
    };
  },
  pageQuery(number, previous) {
    const isLast = previous !== undefined && asList(previous['data']).length === 0;
    return isLast ? undefined : `page=${number}&page_size=${PAGE_SIZE}`;
  },
};

/** Implementation of `Jobs` for each batch API. */
export const BATCH_APIS: Readonly<Record<BatchApi, Jobs>> = { openai: BATCHES, jobs: TIMED_JOBS };

const countOf = (count: unknown): number => asNumber(count) ?? 0;

type State = Pick<BatchLook, 'state' | 'without' | 'error'>;

/**
 * Returns the state of a batch. A batch with an unknown status is treated as running. `ends`: meaning of each status of an ended batch.
 * An expired or cancelled batch has also ended: requests without a result have expired or were cancelled.
 */
function stateOf(
  status: unknown,
  ends: Readonly<Record<string, 'ended' | 'expired' | 'cancelled' | 'failed'>>,
  failure: () => LlmError,
): State {
  const end = typeof status === 'string' && Object.hasOwn(ends, status) ? ends[status] : undefined;
  if (end === undefined) return { state: 'running', error: undefined };
  if (end === 'failed') return { state: 'failed', error: failure() };
  return { state: 'ended', without: end === 'ended' ? undefined : end, error: undefined };
}

/** Creates the error for a batch that the vendor rejected. A full queue has kind `rate-limit`, because a retry may succeed. */
function failureOf(errors: unknown, target: string): LlmError {
  const { code, message, line } = asRecord(asList(errors)[0]);
  const reason = asText(message) ?? asText(code) ?? 'the vendor reported no reason';
  const place = asNumber(line) === undefined ? '' : ` (line ${String(line)} of the input)`;
  return new LlmError(
    code === 'token_limit_exceeded' ? 'rate-limit' : 'server',
    `${target}: the vendor rejected the batch: ${reason}${place}`,
    { target, code: asText(code) },
  );
}
