import type { JsonObject } from '@majordomo/core';

interface DelayedResponse {
  /** Time before the status line, in milliseconds. With `Infinity` the server never responds. `@default 0` */
  readonly delayMs?: number | undefined;
}

interface StreamedResponse extends DelayedResponse {
  /** Time between two events of a stream, in milliseconds. With `Infinity` only the first event is sent. `@default 0` */
  readonly everyMs?: number | undefined;
}

/** Successful response with text, tool calls or both. */
export interface AnswerResponse extends StreamedResponse {
  readonly text?: string | undefined;
  readonly toolCalls?: readonly { readonly name: string; readonly args: JsonObject }[] | undefined;
}

/** Incomplete response, after which the server closes the connection. */
export interface CutResponse extends StreamedResponse {
  /** Text that a stream contains before the connection closes. A non-streaming response ends in the middle of its JSON body. */
  readonly cutAfter: string;
}

/** Error response in the format of the requested API. */
export interface ErrorResponse extends DelayedResponse {
  readonly status: number;
  /** Error message. `@default 'status <status>'` */
  readonly message?: string | undefined;
  /** Delay in milliseconds, sent as the headers `retry-after` and `retry-after-ms`. Without a delay, both are omitted. */
  readonly retryAfterMs?: number | undefined;
}

/** Response with an arbitrary body, such as invalid JSON or the error page of a proxy. */
export interface BodyResponse extends DelayedResponse {
  readonly body: string;
  /** Value of the `content-type` header. `@default 'application/json'` */
  readonly contentType?: string | undefined;
  /** HTTP status. `@default 200` */
  readonly status?: number | undefined;
}

/** Response of a `FaultyServer` to one request. A string is a successful response with this text. */
export type ScriptedResponse = string | AnswerResponse | CutResponse | ErrorResponse | BodyResponse;
