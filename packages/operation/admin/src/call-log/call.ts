import type { JsonObject, OperationType, Usage } from '@majordomo/core';

/** Entry for one call of a chain, or for a request that was refused before it became a call. Entries are JSON. */
export interface CallEntry {
  /** Id of the call, or request id of a refused request. */
  readonly id: string;
  /** `x-request-id` of the response. All calls of one request share it. */
  readonly requestId: string | undefined;
  /** `x-client-request-id` of the request. */
  readonly clientRequestId: string | undefined;
  /** Start time, ISO 8601 in UTC. */
  readonly at: string;
  /** Duration in milliseconds. */
  readonly ms: number;
  /** Time from the start to the first content, in milliseconds. */
  readonly firstMs: number | undefined;
  /** Operation of the call, or of the route of a refused request: `chat` for a route without an operation, such as `/v1/files`. */
  readonly operation: OperationType;
  /** Wire, such as `openai-chat`. `undefined` for calls outside the gateway. */
  readonly wire: string | undefined;
  readonly isStreamed: boolean | undefined;
  /** Model name that the client sent. */
  readonly model: string | undefined;
  readonly spec: string | undefined;
  /** Target whose response the call returned. */
  readonly target: string | undefined;
  readonly tenant: string | undefined;
  /** Id of the virtual key. */
  readonly key: string | undefined;
  /**
   * Outcome. `abandoned`: the client disconnected, or the caller aborted the call, before the end. `refused`: the request was refused
   * before it became a call.
   */
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'refused';
  /** HTTP status of the response. `undefined` for calls outside the gateway. */
  readonly status: number | undefined;
  /** Error of the call. The redactor has processed `message`. */
  readonly error: CallFailure | undefined;
  readonly attempts: readonly CallAttempt[];
  /** Sum of the usage of all attempts. */
  readonly usage: Pick<Usage, 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'reasoning'> | undefined;
  /**
   * Total cost of the attempts that the ledger booked, in nano-USD, as a decimal integer. `undefined` if every cost is unknown,
   * or if a plan includes the call.
   */
  readonly nanoUsd: string | undefined;
  /** Number of booked attempts whose cost is unknown, so that `nanoUsd` omits them. Absent for 0. */
  readonly unpriced?: number | undefined;
  /** Finish reason of a chat. */
  readonly finish: string | undefined;
  readonly warnings: readonly string[];
  /** Metadata of the call. `client` is the client's part. JSON of more than 4,000 characters is replaced with its length. */
  readonly metadata: JsonObject;
  /** Arms that splits of `@majordomo/routing` chose, by name, such as `{ fast: 'canary' }`. Absent if none was chosen. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Request and response. Set only in the result of `get`, if the content is stored. */
  readonly content?: CallContent | undefined;
}

/** Error of a call or of a request. */
export interface CallFailure {
  readonly kind: string;
  readonly code: string | undefined;
  readonly message: string;
}

/** Request and response of a chat. `response` is `undefined` if the call did not finish. */
export interface CallContent {
  /**
   * Format of complete content, whose members `fromJson` of core returns as a `ChatRequest` and the members `parts`, `finish`, `target`
   * and `usage` of a response. Absent for content without bytes of media, schemas and long texts, which only people read.
   */
  readonly format?: 'majordomo-chat/1' | undefined;
  readonly request: JsonObject;
  readonly response: JsonObject | undefined;
  /** Number of values of a complete request that the redactor replaced. Absent for 0. */
  readonly redactions?: number | undefined;
}

/** Attempt of a call. `ms` and `firstMs` are in milliseconds. `nanoUsd` is the booked cost in nano-USD, as a decimal integer. */
export interface CallAttempt {
  readonly target: string;
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'skipped';
  /** Start time, in milliseconds from the start of the call. */
  readonly at: number;
  readonly ms: number;
  readonly firstMs: number | undefined;
  /** Model that answered, by the vendor's name. Absent if the vendor did not report it. */
  readonly responseModel?: string | undefined;
  /** Kind of the error. For a skipped target: `benched`, `unsupported` or `denied`. */
  readonly kind: string | undefined;
  readonly message: string | undefined;
  readonly nanoUsd: string | undefined;
}

/** Filter for calls. A call matches if it meets all given conditions. */
export interface CallQuery {
  /** Start of the range, inclusive. */
  readonly from?: Date | undefined;
  /** End of the range, exclusive. */
  readonly to?: Date | undefined;
  readonly tenant?: string | undefined;
  /** Id of the virtual key. */
  readonly key?: string | undefined;
  readonly model?: string | undefined;
  readonly target?: string | undefined;
  readonly operation?: OperationType | undefined;
  readonly outcome?: CallEntry['outcome'] | undefined;
  /** Kind of the error. */
  readonly kind?: string | undefined;
  /** Minimum duration in milliseconds. */
  readonly minMs?: number | undefined;
  /** Minimum cost as a decimal number of USD. Calls without a known cost do not match. */
  readonly minUsd?: string | undefined;
  /** Call id, request id or client request id. */
  readonly id?: string | undefined;
}

/** Page of results. */
export interface CallPage {
  /** Calls, newest first. */
  readonly calls: readonly CallEntry[];
  /** Value for `after` of the next page. `undefined` on the last page. */
  readonly next: string | undefined;
}

/** Figures of a group of calls. Durations, in milliseconds, include only finished calls. `nanoUsd` is the cost of all calls. */
export interface CallStats {
  /** Values of the dimensions in `by`, or `''` for calls without a value. Hours are `YYYY-MM-DDTHH`, days `YYYY-MM-DD`. */
  readonly key: Readonly<Record<string, string>>;
  readonly calls: number;
  readonly failed: number;
  readonly refused: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly firstP50Ms: number | undefined;
  readonly firstP95Ms: number | undefined;
  /** Output tokens per second after the first content. Includes only streamed calls. */
  readonly tokensPerSecond: number | undefined;
  readonly nanoUsd: bigint;
}

/** Dimension by which `stats` groups calls. */
export type CallDimension = 'model' | 'target' | 'tenant' | 'key' | 'outcome' | 'kind' | 'hour' | 'day';

/** Query of `stats`. */
export interface CallStatsQuery extends CallQuery {
  /** Dimensions by which calls are grouped. An empty list returns one row for all calls. */
  readonly by: readonly CallDimension[];
  /** IANA time zone of hours and days. @default 'UTC' */
  readonly zone?: string | undefined;
}

/** Outcome of one HTTP request. Reported once, when the response is ready or a streamed response has ended. */
export interface RequestEvent {
  readonly requestId: string;
  /** `x-client-request-id` of the request: visible ASCII, at most 512 characters. */
  readonly clientRequestId: string | undefined;
  /** Start time, ISO 8601 in UTC. */
  readonly at: string;
  /** Time from the start to the report, in milliseconds. */
  readonly ms: number;
  readonly method: string;
  /** Route pattern, such as `/v1/responses/:id`, or `other` for an address that is not served. */
  readonly route: string;
  readonly wire: string | undefined;
  readonly isStreamed: boolean | undefined;
  readonly status: number;
  readonly tenant: string | undefined;
  /** Id of the virtual key. */
  readonly key: string | undefined;
  /** Model name that the client sent. */
  readonly model: string | undefined;
  /** Ids of the calls that the request caused. Empty if the request was refused or required no call. */
  readonly calls: readonly string[];
  /** Error as the client received it. */
  readonly error: CallFailure | undefined;
}
