import type { Catalog } from '@majordomo/catalog';
import type {
  Attempt,
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  Clock,
  LlmError,
  Majordomo,
  OperationResponse,
  VideoFacts,
  VideoRequest,
} from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';

/** Options of `createBackground`. */
export interface BackgroundOptions {
  /**
   * Majordomo whose providers, aliases, gates, policy and media fitter apply to the calls of jobs. A job at a vendor asks only gates with
   * `batches: true`, such as `residency`. Its failures do not change health.
   */
  readonly majordomo: Majordomo;
  /** Store for jobs. `@default` `memoryRecords()`, whose jobs are lost when the process ends */
  readonly records?: RecordStore | undefined;
  /**
   * Ledger that reserves the maximum cost of each job at a vendor before its start, and books its cost once. Live calls use the gate of
   * the ledger in `majordomo` instead.
   * @default none
   */
  readonly ledger?: Ledger | undefined;
  /** Whether the driving process calls a target without a job API live. Otherwise, jobs skip such a target. `@default true` */
  readonly live?: boolean | undefined;
  /** Time for which an ended job is stored, in milliseconds, from 1 to `Infinity`. `@default 604_800_000` (7 days) */
  readonly keepMs?: number | undefined;
  /** Catalog with the prices of models, for `JobStatus.nanoUsd`. `@default` the snapshot of `@majordomo/catalog` */
  readonly catalog?: Catalog | undefined;
  /** Listener that receives each event of a job in the process in which it happens. Errors that it throws are ignored. */
  readonly onEvent?: ((event: JobEvent) => void) | undefined;
  /** Source of time. `@default` the system clock */
  readonly clock?: Clock | undefined;
}

/** Jobs of one store. */
export interface Background {
  /**
   * Returns a chat model whose calls are jobs. If the signal of a call aborts, its job is cancelled for all readers. Leaving the loop
   * of a stream does not cancel the job. Throws `config` for a spec that cannot be parsed.
   */
  model(spec: string): BackgroundModel;
  /**
   * Returns a video model, whose calls are jobs at vendors. The majordomo has no other calls for videos. Throws `config` for a spec that
   * cannot be parsed.
   */
  videoModel(spec: string): VideoModel;
  /**
   * Returns the job of a chat. Rejects with `not-found` if the key is unknown, or if the job belongs to another tenant, and with
   * `invalid-request` if the job is a video.
   */
  open(key: string, options?: { readonly tenant?: string | undefined }): Promise<ChatJob>;
  /** Returns the job of a video. Rejects like `open`, and with `invalid-request` if the job is a chat. */
  openVideo(key: string, options?: { readonly tenant?: string | undefined }): Promise<VideoJob>;
  /**
   * Advances the jobs that are due and that no process drives, for a timer or cron. Looks once at a job of a vendor, and cancels, books
   * and deletes what is left to do for ended jobs. Resolves when each live call has ended. If a job rejects, for example because of its
   * store or its API key, the other jobs are advanced before the poll rejects.
   */
  poll(options?: {
    /** Signal that ends the wait. The calls that the poll has begun continue. The poll rejects with `aborted`. */
    readonly signal?: AbortSignal | undefined;
  }): Promise<{
    /** Time until the next job is due, in milliseconds; `undefined` if no job is running. */
    readonly nextMs: number | undefined;
  }>;
  /** Advances the job with this id of a vendor, after a webhook was verified. Ignores an unknown id. Rejects like `poll`. */
  notify(vendorId: string): Promise<void>;
}

/**
 * Options of `start`. `signal` ends only the wait for the start. `timeouts.completeMs` limits each job at a vendor, `timeouts.connectMs`
 * each request to its API, and `timeouts.totalMs` the complete job. `onEvent` and `waitUntil` apply to live calls of this process.
 */
export type StartOptions = Pick<
  CallOptions,
  'key' | 'tenant' | 'metadata' | 'signal' | 'policy' | 'timeouts' | 'onEvent' | 'waitUntil'
>;

/**
 * Chat model whose calls are jobs. `CallOptions.key` is the key of the job. A call with the key of an existing job of the same tenant
 * continues that job, even if its other arguments differ. Without a key, the job has a random key. The options `onEvent`,
 * `onRawResponse`, `waitUntil`, `classify` and `order` apply only while the process of the call drives the job, because functions cannot be stored.
 */
export interface BackgroundModel extends ChatModel {
  /**
   * Stores a job, starts its call and returns the job without waiting for the answer. If a job of this key exists, returns that
   * job. A failed job that has sent no request is started again. Rejects with `invalid-request` or `config` for bad input, and like
   * `generate` if every target refuses the start of the job.
   */
  start(request: ChatRequest, options?: StartOptions): Promise<ChatJob>;
}

/** Options of the start of a video. Each has the meaning that it has for a chat. */
export type VideoStartOptions = Pick<
  StartOptions,
  'key' | 'tenant' | 'metadata' | 'signal' | 'policy' | 'timeouts'
>;

/** Video model whose calls are jobs. */
export interface VideoModel {
  readonly spec: string;
  /**
   * Stores and starts a job. If a job of this key exists, returns that job. A failed job that has sent no request is started again.
   * Rejects with `invalid-request` or `config` for bad input, and with the error of the chain if every target refuses the start.
   */
  start(request: VideoRequest, options?: VideoStartOptions): Promise<VideoJob>;
}

/** Stored call. Several processes may open the same job, but one process at a time drives it. */
export interface Job<Result> {
  /** Reference to the job: any process with the same store can open it with this key and the tenant. */
  readonly key: string;
  /**
   * Returns the state of the job, after a look at the vendor if a look is due. Does not make live calls. Rejects if a person must act:
   * `auth`, `billing`, `denied`, `config`. The job continues when the cause is corrected.
   */
  status(): Promise<JobStatus>;
  /**
   * Returns the result, and advances the job if no other process drives it. Rejects with the error of the job, and with `aborted` after
   * `cancel`. The signal only ends the wait.
   */
  result(options?: { readonly signal?: AbortSignal | undefined }): Promise<Result>;
  /**
   * Cancels the job for all readers, and at its vendor. If the vendor's API fails, `poll` cancels again. Usage that the vendor still
   * reports is booked. Has no effect on a job that has ended.
   */
  cancel(): Promise<void>;
  /**
   * Deletes an ended job. Rejects with `denied` for a running job. A cost that is not known yet, because a vendor has not ended a
   * cancelled job, is booked as the complete reservation.
   */
  remove(): Promise<void>;
}

/** Job whose result is the answer of a chat. */
export interface ChatJob extends Job<ChatResponse> {
  readonly operation: 'chat';
  /**
   * Returns the events after the position `after`, and advances the job if no other process drives it. The signal and leaving the loop
   * only end the reading. Rejects with `invalid-request` for a position that is not in the job.
   */
  stream(options?: {
    /** Cursor of an earlier stream of this job. `@default` the beginning of the answer */
    readonly after?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): JobStream;
}

/** Job whose result is a video. */
export interface VideoJob extends Job<VideoResponse> {
  readonly operation: 'video';
}

/** Generated videos. The vendor stores their content for hours or days. */
export interface VideoResponse extends OperationResponse {
  readonly spec: string;
  readonly videos: readonly GeneratedVideo[];
}

/** Video at a vendor. */
export interface GeneratedVideo extends VideoFacts {
  /**
   * Requests the content. Rejects with `not-found` if the vendor no longer has it, and with `empty` or `protocol` if the response
   * contains no video. Each call sends a request, and streams the body of its response. The signal also ends the stream. The stream fails
   * with an `LlmError`: `aborted`, `network`, or `timeout` after 2 minutes without bytes.
   */
  read(options?: { readonly signal?: AbortSignal | undefined }): Promise<VideoContent>;
}

/** Content of a video, which can be read once. Cancel the stream, or read it completely, to release the connection. */
export interface VideoContent {
  /** MIME type that the response states, otherwise that of the video. */
  readonly mediaType: string;
  /** Number of bytes; `undefined` if the response does not state it, or is compressed. */
  readonly size: number | undefined;
  /** Returns the content in chunks, as they arrive. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Reads the complete content into memory. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Events of a job. They are the same in every process and at every reading: one part follows another, and text is cut after white space
 * or after 32 UTF-16 units. Only warnings may differ. `reset` precedes the events of a further leg, after a failure.
 */
export interface JobStream extends ChatStream {
  /** Position after the last event that was read, for `after`; `undefined` before the first event. */
  readonly cursor: string | undefined;
}

/** State of a job. */
export interface JobStatus {
  readonly key: string;
  readonly operation: 'chat' | 'video';
  /** Target that answers or has answered; `undefined` if it is not known. */
  readonly target: string | undefined;
  /** `queued`: neither a process nor a vendor works on the job. */
  readonly state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  /** Share of the work that is done, from 0 to 1, at the last look; `undefined` if the vendor does not report it. */
  readonly progress: number | undefined;
  /** Attempts of the ended legs. */
  readonly attempts: readonly Attempt[];
  /** Error of a job that has failed or was cancelled. */
  readonly error: LlmError | undefined;
  /** Cost of the ended legs in nano-USD; `undefined` if it is unknown or included in a plan. */
  readonly nanoUsd: bigint | undefined;
  /** Time until the next useful look, in milliseconds; `undefined` if the job has ended and its cost is booked. */
  readonly nextMs: number | undefined;
}

/**
 * Event of a job. A *leg* is one job at a vendor, one call of a process, or the part of a call after a failure that discards content.
 * Legs are numbered from 1.
 */
export type JobEvent = {
  readonly key: string;
  readonly tenant: string | undefined;
  /** Target of the leg; `undefined` if it is not known. */
  readonly target: string | undefined;
} & (
  | {
      readonly type: 'leg-started';
      readonly leg: number;
      /** Id at the vendor; `undefined` for a live call. */
      readonly vendorId: string | undefined;
    }
  | {
      readonly type: 'leg-ended';
      readonly leg: number;
      readonly attempts: readonly Attempt[];
      readonly error: LlmError | undefined;
      readonly nanoUsd: bigint | undefined;
      /** Id at the vendor; `undefined` for a live call, or if the vendor did not accept the job. */
      readonly vendorId: string | undefined;
      /** Time since the start of the leg, in milliseconds. */
      readonly ms: number;
    }
  | { readonly type: 'target-skipped'; readonly why: string }
  | {
      readonly type: 'job-delayed';
      /** Error of a request to the vendor, which is made again. */
      readonly error: LlmError;
      /** Time before the next request, in milliseconds. */
      readonly inMs: number;
    }
  | { readonly type: 'job-ended'; readonly state: 'completed' | 'failed' | 'cancelled' }
);
