import type { OperationAnswer } from '@majordomo/testing';
import type { Answer } from '../wires/answer.ts';
import type { Failure } from '../wires/failure.ts';

/** Vendor whose batch API a path belongs to. Groq and Azure use OpenAI's API under another path. */
export type BatchVendor = 'openai' | 'mistral' | 'anthropic' | 'google';

/** Request of a batch, or a live call to the same server. */
export interface BatchItem {
  /** Id that the client gave the request; `undefined` for a live call. */
  readonly id: string | undefined;
  readonly vendor: BatchVendor;
  readonly model: string;
  /** Text of the last message, or the strings to embed, separated by line feeds. */
  readonly text: string;
  /** Body as the client sent it. */
  readonly body: unknown;
}

/**
 * Result of a request: an answer, vectors or a failure of the vendor. `result` is for a request that `expired` or was
 * `cancelled`, whose line in the results is `missing` or `not-json`, or whose answer occurs `twice`.
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
  /** Vendor whose API the path belongs to. */
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
 * Fault of a request. `drop`: closes the connection without a response. `status`: responds with a vendor error. `cut`: closes the
 * connection after this number of bytes of the response.
 */
export type BatchFault =
  | 'drop'
  | { readonly status: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: number };

/** Batch that exists at the server. */
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

/** File that exists at the server. */
export interface ServerFile {
  readonly id: string;
  /** Name that the client gave the file; empty for a results file. */
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
  /** Path with a group for each parameter. */
  readonly path: RegExp;
  /** Processes a request. */
  run(request: ReceivedBatchRequest): BatchReply | Promise<BatchReply>;
}
