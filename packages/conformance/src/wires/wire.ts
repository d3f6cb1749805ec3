import type { JsonObject } from '@majordomo/core';
import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { Answer } from './answer.ts';
import type { Failure, FailureForm, FailureName } from './failure.ts';

/** HTTP response before a fault is applied. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Frame of a streamed body. `head` precedes the content, `content` contains a part of the answer, `finish` the finish reason,
 * `tail` data after the finish, such as usage and end markers, and `noise` any other data, such as comments.
 */
export interface Frame {
  readonly kind: 'head' | 'content' | 'noise' | 'finish' | 'tail';
  readonly bytes: Uint8Array;
}

/** Variations of a stream that vendors of the wire send. */
export interface Framing {
  /** Line end. `@default '\n'` */
  readonly newline?: '\n' | '\r\n' | '\r' | undefined;
  /** Whether to insert comments, and pings if the wire has them, between the frames. `@default false` */
  readonly noise?: boolean | undefined;
}

/** Contents of a chat request, independent of the wire, for assertions. */
export interface WireRequest {
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests a stream. */
  readonly streamed: boolean;
  /** Concatenated system text. */
  readonly system: string;
  /** Messages in the format of the wire, to compare the prefixes of requests. */
  readonly messages: readonly unknown[];
  /** Images of all messages, in order, decoded from base64. */
  readonly images: readonly { readonly mediaType: string; readonly bytes: Uint8Array }[];
  /** Tool calls of the transcript, in order, with parsed `args`. */
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  /** Tool results of the transcript, in order. */
  readonly toolResults: readonly {
    readonly callId: string;
    readonly text: string;
    readonly isError: boolean;
  }[];
  /** Reasoning that the client sent back, with its signature if the wire has one. */
  readonly reasoning: readonly { readonly text: string; readonly signature: string | undefined }[];
  /** Vendor parts that the client sent back, in the format of the wire and in order. */
  readonly vendorBlocks: readonly unknown[];
  /** Names of the tools. */
  readonly tools: readonly string[];
  /** JSON Schema of the output. */
  readonly output: JsonObject | undefined;
  /** Maximum number of output tokens. */
  readonly maxTokens: number | undefined;
  /** Whether the client requests usage in the stream. */
  readonly streamsUsage: boolean;
}

/** Violation of a rule. The vendor would reject the request. */
export interface Violation {
  /** Name of the rule in `rules` of the wire. */
  readonly rule: string;
  /** Path in the body, such as `messages[2].tool_call_id`. */
  readonly path: string;
  readonly message: string;
}

/** Options of a validator. */
export interface ValidateOptions {
  /** Accepted signatures: `issued` by the server, or `any` for recordings of the vendor. `@default 'issued'` */
  readonly signatures?: 'issued' | 'any' | undefined;
  /** Model id, for wires that have it in the path. Without an id, rules of specific models are not checked. */
  readonly model?: string | undefined;
}

/** Wire-independent content of a request for an operation other than chat, for assertions. */
export interface OperationRequest {
  /** Operation of the request. */
  readonly operation: OperationName;
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests a stream of events. */
  readonly streamed: boolean;
  /** Strings to embed, documents to order, or strings to classify. An image to classify is represented by its URL. */
  readonly values: readonly string[];
  /** Requested number of dimensions; `undefined` if the request does not specify it. */
  readonly dimensions: number | undefined;
  /** Recording to transcribe. */
  readonly audio: { readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  /** Text to speak, or the query of a rerank request. */
  readonly text: string | undefined;
  /** Requested response format, as a value of the wire. */
  readonly format: string | undefined;
}

/** Response to an operation. The body is audio, a stream of events, or a single document. */
export interface OperationReply {
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks of the body, in order. */
  readonly pieces: readonly Uint8Array[];
}

/** Endpoint of a wire for an operation other than chat. */
export interface WireOperation {
  /** Operation of the endpoint. */
  readonly operation: OperationName;
  /** Whether a request is for this endpoint. If the request could also be a chat, the scripted step decides. */
  readonly accepts: (method: string, path: string, body: unknown) => boolean;
  /** Returns the contents of a request. Does not throw for invalid requests. */
  readonly read: (path: string, body: unknown) => OperationRequest;
  /** Returns the violations of a body. `@default validate` of the wire */
  readonly validate?: ((body: unknown) => readonly Violation[]) | undefined;
  /** Returns the response. Throws for an answer of another operation. */
  readonly answer: (answer: OperationAnswer, request: OperationRequest) => OperationReply;
}

/** Data and pure functions for the API of a vendor: its answers, failures and rules. */
export interface Wire {
  /** Name of the wire as in `ChatRequest.extra`, such as `openai-chat`. */
  readonly name: string;
  /** Returns the `baseURL` of the vendor's SDK for a server at `origin`. */
  baseURL(origin: string): string;
  /** Whether the method and the path are those of a chat request. */
  accepts(method: string, path: string): boolean;
  /** Descriptions of the rules that `validate` checks, by rule name. */
  readonly rules: Readonly<Record<string, string>>;
  /** Formats of failures. Failures that the wire cannot report are absent. */
  readonly failures: Readonly<Partial<Record<FailureName, FailureForm>>>;
  /** Scenarios that the wire does not support, each with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Returns the contents of a request. Does not throw for invalid requests. */
  read(path: string, body: unknown): WireRequest;
  /** Returns the violations of a body; `[]` if the vendor would accept it. */
  validate(body: unknown, options?: ValidateOptions): readonly Violation[];
  /** Returns the frames of an answer's streamed body. */
  stream(answer: Answer | string, request: WireRequest, framing?: Framing): readonly Frame[];
  /** Headers of a streamed response. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** Returns an answer as a non-streaming response. */
  complete(answer: Answer | string, request: WireRequest): Reply;
  /** Returns a failure as an HTTP response. */
  failure(failure: Failure): Reply;
  /** Returns a failure as a frame of a stream that started with HTTP 200. */
  failureFrame(failure: Failure, framing?: Framing): Frame;
  /** Returns a frame with invalid JSON. */
  brokenFrame(framing?: Framing): Frame;
  /** Endpoints for other operations. `@default []` */
  readonly operations?: readonly WireOperation[] | undefined;
  /** Returns the signature that the server issues for a reasoning text. */
  sign(reasoning: string): string;
}
