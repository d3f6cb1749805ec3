import type { OperationAnswer } from '@majordomo/testing';
import type { Answer, Failure } from '@majordomo/testing/internal';
import type { ScriptedFault } from '../server/vendor-server.ts';

/** Vendor of a batch API. Groq and Azure use OpenAI's API under another path. */
export type BatchVendor = 'openai' | 'mistral' | 'anthropic' | 'google';

/** Request of a batch, or a live call, which is a request outside of a batch. */
export interface BatchItem {
  /** Id that the client assigned to the request; `undefined` for a live call. */
  readonly id: string | undefined;
  readonly vendor: BatchVendor;
  readonly model: string;
  /** Text of the last message, or the strings to embed, joined with line feeds. */
  readonly text: string;
  /** Body that the client sent. If the client specified the model for the complete batch, the server adds `model`. */
  readonly body: unknown;
}

/**
 * Result of a request: a chat answer, vectors, a failure of the vendor, or `result`. `expired`, `cancelled`: the request has no
 * answer. `missing`, `not-json`: the line is missing or is invalid JSON. `twice`: the results contain the answer twice.
 */
export type BatchResult =
  | string
  | Answer
  | OperationAnswer
  | Failure
  | { readonly result: 'expired' | 'cancelled' | 'missing' | 'not-json' | 'twice' };

/** Purpose of a request to the server. `look` requests the status of a batch. `live` is a request outside of a batch. */
export type BatchStep =
  | 'upload'
  | 'find-upload'
  | 'create'
  | 'find'
  | 'look'
  | 'results'
  | 'cancel'
  | 'delete'
  | 'live';

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
  /** Body as parsed JSON or as text. The contents of files are omitted. */
  readonly body: unknown;
}

/**
 * Fault of the server. `drop`: it closes the connection without a response. `status`: it responds with this error. `cut`: it
 * closes the connection after this number of bytes of the response body.
 */
export type BatchFault = ScriptedFault | { readonly cut: number };

/** Batch as the server stores it. */
export interface ServerBatch {
  readonly ref: string;
  readonly vendor: BatchVendor;
  /** Headers of the request that created the batch, with masked credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body of the request that created the batch; `undefined` for Anthropic, whose body contains nothing but the `items`. */
  readonly body: unknown;
  /** Requests of the batch, in the order of the input. */
  readonly items: readonly BatchItem[];
  /** Time at which the batch was created, in milliseconds since 1970. */
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

/** Received request, with the data that only endpoints need. */
export interface ReceivedBatchRequest extends BatchRequest {
  /** Bytes of the body. */
  readonly bytes: Uint8Array;
  /** Origin of the server, for URLs in responses. */
  readonly origin: string;
  /** Values of the groups of `BatchRoute.path`. */
  readonly params: readonly string[];
}

/** Endpoint of a batch API. */
export interface BatchRoute {
  readonly vendor: BatchVendor;
  readonly step: BatchStep;
  readonly method: string;
  /** Pattern of the path. Each group is a parameter. */
  readonly path: RegExp;
  /** Processes a request and returns the response. */
  run(request: ReceivedBatchRequest): BatchReply | Promise<BatchReply>;
}

/** Returns a function that creates endpoints of a vendor. */
export const routeOf =
  (vendor: BatchVendor) =>
  (step: BatchStep, method: string, path: RegExp, run: BatchRoute['run']): BatchRoute => ({
    vendor,
    step,
    method,
    path,
    run,
  });
