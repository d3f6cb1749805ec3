import type { Catalog } from '@majordomo/catalog';
import type {
  ChatRequest,
  ChatResponse,
  Clock,
  EmbeddingRequest,
  EmbeddingResponse,
  JsonObject,
  LlmError,
  Majordomo,
  ObjectSchema,
} from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';

/** Options of `createBatches`. */
export interface BatchesOptions {
  /**
   * Majordomo whose providers, aliases, resolvers, policy and media fitter apply to batches and to live calls. Its gates check
   * only live calls. A gate with `batches: true`, such as `residency`, also checks each target before a batch is created.
   */
  readonly majordomo: Majordomo;
  /** Store of the jobs and their items. `@default` `memoryRecords()`, whose jobs are lost when the process ends */
  readonly records?: RecordStore | undefined;
  /** Ledger that reserves the maximum cost of a batch before its creation, and books its cost at the end. `@default` none */
  readonly ledger?: Ledger | undefined;
  /** Listener that receives each job event when it happens. Errors that it throws are ignored. */
  readonly onEvent?: ((event: BatchEvent) => void) | undefined;
  /**
   * Folder to which the input of a batch is written before the upload, and its results while they are read.
   * `@default` the system's folder for temporary files
   */
  readonly folder?: string | undefined;
  /** Maximum number of requests and of bytes in one batch. `@default` the vendor's maximums, which also limit this option */
  readonly most?: { readonly requests?: number | undefined; readonly bytes?: number | undefined } | undefined;
  /** Catalog with the prices of models. `@default` the snapshot of `@majordomo/catalog` */
  readonly catalog?: Catalog | undefined;
  /** Source of time. `@default` the system clock */
  readonly clock?: Clock | undefined;
}

/** Jobs of one store. */
export interface Batches {
  /**
   * Stores a job. Sends no request. If a job with this key exists, returns that job. If its submission was complete, `items` is
   * not read and the other properties of `job` are ignored. If its submission was interrupted, `items` is read from its
   * beginning, and the submission continues where it stopped. Rejects with `config` for an invalid job, for a duplicate id, and
   * for items that differ from those of the interrupted submission, and with `denied` if the job with this key is of another tenant.
   */
  submit(job: JobRequest): Promise<BatchJob>;
  /**
   * Returns a job by its key. Rejects with `not-found` if no such job exists. A key names a job of any tenant, so check a key that a
   * user has sent.
   */
  open(key: string): Promise<BatchJob>;
  /** Returns the keys of all jobs, in string order. */
  keys(): Promise<readonly string[]>;
  /** Whether the jobs are lost when the process ends, because the option `records` is omitted. `@default false` */
  readonly isInMemory?: boolean | undefined;
}

/** Job: a list of requests for the same chain. */
export interface JobRequest {
  /**
   * Key of the job: 1 to 200 characters. In a cron task, derive the key from the data, such as `labels-2026-11-22`, so that later
   * runs continue the same job.
   */
  readonly key: string;
  /** Chain, as for `majordomo.model`. All items start at the first target. Failed items may move to the next target. */
  readonly spec: string;
  /** Requests of the job: either chats or embeddings. They are read once, in order. At most 250 are in memory, and all ids. */
  readonly items: Iterable<BatchItem> | AsyncIterable<BatchItem>;
  /** Schema of every answer: a schema object or JSON Schema. An item whose answer does not match moves to the next target. */
  readonly output?: ObjectSchema<unknown> | JsonObject | undefined;
  /** Tenant that owns the job, for limits and records. */
  readonly tenant?: string | undefined;
  /** Metadata for limits, tags and resolvers, as for a call. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Time at which running batches are cancelled and unanswered items fail, unless `live` sends them. `@default` no deadline */
  readonly deadline?: Date | undefined;
  /** Options for sending items as live calls, at live prices, through the complete chain. `@default` no live calls */
  readonly live?: LiveOptions | undefined;
}

/** One request. Its `id` is unique within the job and has 1 to 200 characters. `@default` the position, starting at `0` */
export type BatchItem =
  | { readonly id?: string | undefined; readonly request: ChatRequest }
  | { readonly id?: string | undefined; readonly embedding: EmbeddingRequest };

/** Conditions and bounds for live calls, which replace batches for some items. */
export interface LiveOptions {
  /**
   * Items to send as live calls. `late`: items without an answer when `leadMs` remain before the deadline. `failed`: items that
   * failed at the last target of the chain with an error that allows another target. `both`: both groups.
   */
  readonly when: 'late' | 'failed' | 'both';
  /** Time before the deadline at which batches are cancelled and live calls begin, in milliseconds. `@default 1_800_000` */
  readonly leadMs?: number | undefined;
  /** Maximum number of concurrent live calls. After a crash, at most this number of calls is paid twice. `@default 8` */
  readonly concurrency?: number | undefined;
}

/** Stored job. Several processes may open the same job, but only one process advances the job at a time. */
export interface BatchJob {
  readonly key: string;
  /**
   * Advances the job as far as possible now, then returns its progress. A poll creates the batches that are due, after a search
   * for batches that a crashed process may have created. A poll also queries the vendors about running batches, reads the results
   * of ended batches, moves items to the next target, makes the live calls that are due, and settles costs. A poll waits for live
   * calls, but not for running batches. While another process polls this job, the poll only returns the progress. Rejects with
   * `config`, `auth`, `billing` or `denied` if a person must act. No item is lost, and the next poll continues. If a vendor is
   * down or busy, the poll does not reject. A later poll queries the vendor again.
   */
  poll(options?: { readonly signal?: AbortSignal | undefined }): Promise<JobProgress>;
  /** Polls until the job is over. Rejects like `poll`, and with `config` if the submission is not complete. */
  done(options?: {
    /** Maximum wait between two polls, in milliseconds. `@default 60_000` */
    readonly everyMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Listener that receives the progress after each poll. Errors that it throws are ignored. */
    readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  }): Promise<JobProgress>;
  /** Returns the progress as of the last poll. Queries no vendor. */
  progress(): Promise<JobProgress>;
  /**
   * Returns the final items in input order. Only one page of items is in memory at a time. Items that are not final are omitted.
   * If `output` is set, `value` is typed, and an answer that does not match this schema becomes an `invalid-output` error. Throws
   * `not-found` if the job is removed before all items are returned.
   */
  results<T = unknown>(options?: {
    readonly output?: ObjectSchema<T> | undefined;
    /** Position of the first item to return. `@default 0` */
    readonly from?: number | undefined;
  }): AsyncIterable<ItemResult<T>>;
  /** Cancels the job. The next polls cancel its batches, store late answers (which are paid for), and fail all other items. */
  cancel(): Promise<void>;
  /** Deletes a job that is over, with its items and results. Rejects with `denied` for a job that is not over. */
  remove(): Promise<void>;
}

/** Final state of an item: `response` or `error`, never both. */
export interface ItemResult<T = unknown> {
  /** Position in the input, starting at 0. */
  readonly index: number;
  readonly id: string;
  /** Target of the answer or of the last error. `undefined` if no target was called. */
  readonly target: string | undefined;
  readonly via: 'batch' | 'live' | undefined;
  /** Response in the format of a live call, with all attempts. For a batch, `usage.details.serviceTier` is `batch`. */
  readonly response: ChatResponse | EmbeddingResponse | undefined;
  /** Validated answer of a chat. Set if the job or the call of `results` has an `output` schema. */
  readonly value: T | undefined;
  /** Error in the format of a live call, with all attempts. `timeout`: the item expired. `aborted`: it was cancelled. */
  readonly error: LlmError | undefined;
  /** Cost of all attempts, in nano-USD. `undefined` if the cost is not known or is included in a plan. */
  readonly nanoUsd: bigint | undefined;
}

/** Progress of a job. `total`, `answered` and `failed` are numbers of items. */
export interface JobProgress {
  readonly key: string;
  /** State of the job. `filling`: the submission is not complete. If it was interrupted, submit the job again. */
  readonly state: 'filling' | 'running' | 'cancelling' | 'done';
  readonly total: number;
  /** Number of items that wait for a batch. */
  readonly waiting: number;
  /** Number of items that are in a batch or in a live call, or wait for a live call. */
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Cost of answers and failures so far, in nano-USD. `undefined` if a cost is not known or is included in a plan. */
  readonly nanoUsd: bigint | undefined;
  readonly batches: readonly BatchInfo[];
  /** Time until the next useful poll, in milliseconds from now. 0: poll at once. `undefined`: the job is over. */
  readonly nextMs: number | undefined;
}

/** One batch at a vendor, with the number of its requests. */
export interface BatchInfo {
  readonly target: string;
  /** Vendor's id of the batch. `undefined` until it is known. */
  readonly ref: string | undefined;
  readonly state: 'planned' | 'creating' | 'running' | 'ended' | 'read';
  readonly requests: number;
  /** Number of completed requests that the vendor last reported. Remains 0 if the vendor reports the number only at the end. */
  readonly completed: number;
  /**
   * Time at which the batch expires, in epoch milliseconds. `undefined` until the first poll after the creation, and if the vendor did
   * not report this time.
   */
  readonly expiresAt: number | undefined;
}

/** Vendor batch that an event concerns. */
interface EventBatch {
  readonly key: string;
  readonly target: string;
  /** Vendor's id of the batch. */
  readonly ref: string;
}

/** Events of a job. `answered`, `failed` and `items` are numbers of items. */
export type BatchEvent =
  | (EventBatch & { readonly type: 'batch-created' | 'batch-found'; readonly requests: number })
  | (EventBatch & {
      readonly type: 'batch-ended';
      readonly answered: number;
      readonly failed: number;
      /** Time since the creation of the batch, in milliseconds. */
      readonly ms: number;
    })
  /** Emitted for a result that belongs to no item of the batch or repeats an earlier result. The result is ignored. */
  | (EventBatch & { readonly type: 'result-ignored'; readonly id: string })
  /** Emitted if a vendor refuses a request about a batch or does not respond. A poll after `inMs` milliseconds tries again. */
  | (Omit<EventBatch, 'ref'> & {
      readonly type: 'batch-delayed';
      readonly error: LlmError;
      readonly inMs: number;
    })
  /** Emitted if a target has no batch API for the requests. The items move to the next target. */
  | { readonly type: 'target-skipped'; readonly key: string; readonly target: string; readonly why: string }
  | {
      readonly type: 'item-moved';
      readonly key: string;
      readonly id: string;
      readonly from: string;
      /** Next target, or `live` for live calls. */
      readonly to: string;
      readonly error: LlmError;
    }
  | {
      readonly type: 'live-begun';
      readonly key: string;
      readonly items: number;
      readonly why: 'late' | 'failed';
    }
  | { readonly type: 'job-done'; readonly key: string; readonly answered: number; readonly failed: number };
