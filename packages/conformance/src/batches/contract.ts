import type { OperationAnswer } from '@majordomo/testing';
import type { Answer } from '../wires/answer.ts';
import type { Failure } from '../wires/failure.ts';

/** Vendor of a batch API. Groq and Azure use OpenAI's API under another path. */
export type BatchVendor = 'openai' | 'mistral' | 'anthropic' | 'google';

/** Request of a batch, or a live call to the same server. */
export interface BatchItem {
  /** Id that the client assigned to the request; `undefined` for a live call. */
  readonly id: string | undefined;
  readonly vendor: BatchVendor;
  readonly model: string;
  /** Text of the last message, or the strings to embed, separated by line feeds. */
  readonly text: string;
  /** Body that the client sent. Contains `model` even if the client specified the model for the complete batch. */
  readonly body: unknown;
}

/**
 * Result of a request: a chat answer, vectors, a failure of the vendor, or `result`. `expired`, `cancelled`: the request has no
 * answer. `missing`, `not-json`: its line is missing or is invalid JSON. `twice`: the results contain its answer twice.
 */
export type BatchResult =
  | string
  | Answer
  | OperationAnswer
  | Failure
  | { readonly result: 'expired' | 'cancelled' | 'missing' | 'not-json' | 'twice' };

/** Purpose of a request to the server. `look` requests the status of a batch. `live` is a call outside of a batch. */
export type BatchStep =
  'upload' | 'find-upload' | 'create' | 'find' | 'look' | 'results' | 'cancel' | 'delete' | 'live';

/** Request to the server. */
export interface BatchRequest {
  /** Vendor of the requested API. */
  readonly vendor: BatchVendor;
  /** Purpose of the request. */
  readonly step: BatchStep;
  /** HTTP method. */
  readonly method: string;
  /** Path without the query and without `/openai`. */
  readonly path: string;
  /** Query of the URL. */
  readonly query: URLSearchParams;
  /** Headers with masked credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body as parsed JSON or as text. Files are omitted. */
  readonly body: unknown;
}

/**
 * Fault of a response. `drop`: the server closes the connection without a response. `status`: the server responds with an error.
 * `cut`: the server closes the connection after this number of bytes of the response body.
 */
export type BatchFault =
  | 'drop'
  | { readonly status: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: number };

/** Batch of the server. */
export interface ServerBatch {
  readonly ref: string;
  readonly vendor: BatchVendor;
  /** Headers of the request that created the batch, with masked credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body of the request that created the batch. `undefined` for Anthropic, where the body contains only the `items`. */
  readonly body: unknown;
  /** Requests in the order of the input. */
  readonly items: readonly BatchItem[];
  /** Time of the creation, in epoch milliseconds. */
  readonly createdAt: number;
  readonly state: 'running' | 'cancelling' | 'ended' | 'expired' | 'cancelled' | 'failed';
}

/** Input file or results file of the server. */
export interface ServerFile {
  readonly id: string;
  /** Name that the client assigned to the file; empty for a results file. */
  readonly name: string;
  readonly text: string;
}

/** HTTP response of the server. */
export interface BatchReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Request with the data that endpoints need to process it. */
export interface ReceivedBatchRequest extends BatchRequest {
  /** Bytes of the body. */
  readonly bytes: Uint8Array;
  /** Origin of the server, for URLs in responses. */
  readonly origin: string;
  /** Parameters in the path. */
  readonly params: readonly string[];
}

/** Endpoint of the server. */
export interface BatchRoute {
  readonly vendor: BatchVendor;
  readonly step: BatchStep;
  readonly method: string;
  /** Pattern of the path, with a group for each parameter. */
  readonly path: RegExp;
  /** Processes a request. */
  run(request: ReceivedBatchRequest): BatchReply | Promise<BatchReply>;
}
