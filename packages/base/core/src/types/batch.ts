import type { LlmError } from './llm-error.ts';
import type { JsonObject } from './schema.ts';
import type { ModelContext } from './target.ts';

/** Transport, headers and environment of a request to a batch API. */
export type BatchContext = Omit<ModelContext, 'delivery'>;

/**
 * Vendor's batch API for one model. Requests and answers have the form of live calls. The functions throw `LlmError`. Each
 * request is sent once, without retries by the functions or the SDK.
 */
export interface BatchBackend {
  readonly limits: BatchLimits;
  /**
   * Creates a line of the input from the body and headers that a live call would send. Requests of different groups are sent in
   * separate batches. `group` contains data that the vendor accepts only once per batch, such as Anthropic's version and beta
   * headers. `group` never contains a credential. Lines without `group` share one group.
   */
  line(
    id: string,
    body: JsonObject,
    headers: Headers,
  ): { readonly text: string; readonly group?: string | undefined };
  /** Separator between two lines. @default '\n' */
  readonly separator?: string | undefined;
  /** Uploads the input under this name and returns the id of the file. Absent if `create` sends the input itself. */
  upload?(name: string, input: Blob, context: BatchContext): Promise<string>;
  /** Returns the id of the uploaded file with this name, or `undefined` if no such file exists. */
  findUpload?(name: string, context: BatchContext): Promise<string | undefined>;
  /** Creates a batch and returns the vendor's id. */
  create(batch: NewBatch, context: BatchContext): Promise<string>;
  /** Returns the batches that may be the result of `create`, newest first. */
  find(batch: BatchSearch, context: BatchContext): Promise<readonly FoundBatch[]>;
  /** Returns the state of a batch. */
  look(ref: string, context: BatchContext): Promise<BatchLook>;
  /** Returns the results of an ended batch, in any order. Reads from the vendor only as fast as the caller consumes them. */
  results(ref: string, context: BatchContext): AsyncIterable<BatchLine>;
  /** Cancels a batch. Has no effect on a batch that has ended. */
  cancel(ref: string, context: BatchContext): Promise<void>;
  /** Deletes the files of the batch at the vendor. Ignores files that are already deleted. */
  remove(
    left: { readonly ref: string | undefined; readonly upload: string | undefined },
    context: BatchContext,
  ): Promise<void>;
}

/** Batch to create. */
export interface NewBatch {
  /** Name by which `find` recognizes the batch. It has at most 64 letters, digits, `-` and `_`. */
  readonly token: string;
  /** Id of the uploaded file, or the input itself if the backend has no `upload`. */
  readonly input: string | Blob;
  /** Number of lines in the input. */
  readonly requests: number;
  readonly group: string | undefined;
}

/** Facts about a batch whose id is not known, because the response to its creation was lost. */
export interface BatchSearch extends Omit<NewBatch, 'input' | 'group'> {
  /** Id of the uploaded file. */
  readonly input: string | undefined;
  /** Time of the creation, in epoch milliseconds. Older batches are not returned. */
  readonly since: number;
}

/** Batch that `find` returned. */
export interface FoundBatch {
  readonly ref: string;
  /** Whether the vendor's data identifies the batch. Otherwise, only the ids in the results can identify the batch. */
  readonly isCertain: boolean;
}

/** Limits of one batch. */
export interface BatchLimits {
  /** Maximum number of requests. */
  readonly requests: number;
  /** Maximum size of the complete input, in bytes. */
  readonly bytes: number;
  /** Maximum number of strings to embed, over all requests. */
  readonly values?: number | undefined;
  /** Time after which the vendor expires a batch, in milliseconds. */
  readonly expiresMs: number;
}

/** State of a batch at the vendor. */
export interface BatchLook {
  /** State of the processing. `failed` means that the vendor accepted none of the requests. */
  readonly state: 'running' | 'ended' | 'failed';
  /** Number of completed requests. 0 if the vendor reports the number only at the end. */
  readonly completed: number;
  /** Expiry time in epoch milliseconds; `undefined` if the vendor did not report it. */
  readonly expiresAt: number | undefined;
  /**
   * Reason why some requests have no line in the results, if the vendor reports the reason only for the complete batch. If
   * `without` is absent, a missing line is an error of the vendor.
   */
  readonly without?: 'expired' | 'cancelled' | undefined;
  /** Reason for `failed`. The kind is `rate-limit` if the vendor's queue is full, so the same batch may be accepted later. */
  readonly error: LlmError | undefined;
}

/** One line of the results, which is the HTTP response that a live call would receive or the reason why none exists. */
export type BatchLine =
  | {
      readonly id: string;
      readonly status: number;
      readonly body: unknown;
      readonly requestId?: string | undefined;
    }
  | { readonly id: string; readonly without: 'expired' | 'cancelled' };
