import type { JsonObject, Question } from '@majordomo/core';
import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { AnsweredRequest, WireWriter } from '@majordomo/testing/internal';

/** Contents of a chat request, independent of the wire, for assertions. */
export interface WireRequest extends AnsweredRequest {
  /** Whether the client requests a stream. */
  readonly streamed: boolean;
  /** System text. System messages are concatenated. */
  readonly system: string;
  /** Messages in the format of the wire, for comparing the prefixes of requests. */
  readonly messages: readonly unknown[];
  /** Images of all messages, in order. Their bytes are decoded from base64. */
  readonly images: readonly { readonly mediaType: string; readonly bytes: Uint8Array }[];
  /** Tool calls of the transcript, in order. `args` is parsed. */
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
}

/** Violated rule, for which the vendor would reject the request. */
export interface Violation {
  /** Name of the rule in `rules` of the wire. */
  readonly rule: string;
  /** Path in the body, such as `messages[2].tool_call_id`. */
  readonly path: string;
  readonly message: string;
}

/** Options of a validator. */
export interface ValidateOptions {
  /** Accepted signatures. `issued`: those of the server. `any`: all, for recordings of the vendor. `@default 'issued'` */
  readonly signatures?: 'issued' | 'any' | undefined;
  /** Model id, for wires that have it in the path. Without the id, rules for specific models are not checked. */
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
  /** Strings to embed or to classify, or documents to rank. An image to classify is represented by its URL. */
  readonly values: readonly string[];
  /** Requested number of dimensions; `undefined` if the request does not specify it. */
  readonly dimensions: number | undefined;
  /** Recording to transcribe. */
  readonly audio: { readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  /** Questions of a classification, with the names of their choices or levels. */
  readonly questions: readonly WireQuestion[];
  /** Text to speak or to classify, or the query of a rerank request. */
  readonly text: string | undefined;
  /** Requested response format, as a value of the wire. */
  readonly format: string | undefined;
}

/** Question of a classification. */
export interface WireQuestion {
  readonly name: string;
  readonly type: Question['type'];
  readonly instructions: string;
  /** Choices or levels, in order; empty for a predicate. */
  readonly options: readonly string[];
}

/** Response to an operation. The body is audio, a stream of events, or one JSON document. */
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
  /** Whether a request is for this endpoint. For a request that could also be a chat, the scripted step decides. */
  readonly accepts: (method: string, path: string, body: unknown) => boolean;
  /** Returns the contents of a request. Does not throw if the request is invalid. */
  readonly read: (path: string, body: unknown) => OperationRequest;
  /** Returns the violations of a body. `@default` the function `validate` of the wire */
  readonly validate?: ((body: unknown) => readonly Violation[]) | undefined;
  /** Returns the response. Throws if the answer is for another operation. */
  readonly answer: (answer: OperationAnswer, request: OperationRequest) => OperationReply;
}

/** API of a vendor as data and pure functions: its answers, failures and rules. */
export interface Wire extends WireWriter {
  /** Name of the wire, as in `ChatRequest.extra`, such as `openai-chat`. */
  readonly name: string;
  /** Returns the value for the `baseURL` option of the vendor's SDK, for a server at `origin`. */
  baseURL(origin: string): string;
  /** Whether a request with this method and path is a chat. */
  accepts(method: string, path: string): boolean;
  /** Descriptions of the rules that `validate` checks, by rule name. */
  readonly rules: Readonly<Record<string, string>>;
  /** Scenarios that the wire does not support, each with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Returns the contents of a request. Does not throw if the request is invalid. */
  read(path: string, body: unknown): WireRequest;
  /** Returns the violations of a body; `[]` if the vendor would accept the body. */
  validate(body: unknown, options?: ValidateOptions): readonly Violation[];
  /** Endpoints for operations other than chat. `@default []` */
  readonly operations?: readonly WireOperation[] | undefined;
}
