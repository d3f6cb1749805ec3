import type { JsonObject } from '@majordomo/core';

interface DelayedResponse {
  /** Time before the status line, in milliseconds. `Infinity` sends nothing. `@default 0` */
  readonly delayMs?: number | undefined;
}

/** Response with text, tool calls or both. */
export interface AnswerResponse extends DelayedResponse {
  readonly text?: string | undefined;
  readonly toolCalls?: readonly { readonly name: string; readonly args: JsonObject }[] | undefined;
  /** Time between two events of a stream, in milliseconds. `Infinity` sends the first event only. `@default 0` */
  readonly everyMs?: number | undefined;
}

/** Response that breaks: the server closes the connection after a part of it. */
export interface CutResponse extends DelayedResponse {
  /** Text that a stream sends before the cut. A complete response with this text is cut in its middle. */
  readonly cutAfter: string;
}

/** Error response in the format of the requested API. */
export interface ErrorResponse extends DelayedResponse {
  readonly status: number;
  /** Message of the error. `@default 'status <status>'` */
  readonly message?: string | undefined;
  /** Value of the headers `retry-after` and `retry-after-ms`, in milliseconds. Default: no such header. */
  readonly retryAfterMs?: number | undefined;
}

/** Response with any body, such as invalid JSON or the page of a proxy. */
export interface BodyResponse extends DelayedResponse {
  readonly body: string;
  /** `@default 'application/json'` */
  readonly contentType?: string | undefined;
  /** `@default 200` */
  readonly status?: number | undefined;
}

/** Response of a `FaultyServer` to one request. A string is the text of a response. */
export type ScriptedResponse = string | AnswerResponse | CutResponse | ErrorResponse | BodyResponse;

/** Content of a response. */
export interface ResponseContent {
  readonly text: string;
  readonly toolCalls: NonNullable<AnswerResponse['toolCalls']>;
}

/** Format of one API. */
export interface ServerWire {
  complete(content: ResponseContent, model: string): object;
  /** Events of a stream before its finish. */
  content(content: ResponseContent, model: string): readonly string[];
  /** Events that finish a stream. */
  finish(content: ResponseContent, request: Readonly<Record<string, unknown>>): readonly string[];
  error(status: number, message: string): object;
}

export const wordsOf = (text: string): readonly string[] => text.split(/(?<=\s)/);
