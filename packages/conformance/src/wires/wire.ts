import type { JsonObject } from '@majordomo/core';
import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { Answer } from './answer.ts';
import type { Failure, FailureForm, FailureName } from './failure.ts';

/** HTTP status, headers and body before a fault is applied. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Frame of a streamed body: `content` has a piece of the answer, `finish` the finish reason, and `tail` what follows it
 * (usage, end markers).
 */
export interface Frame {
  readonly kind: 'head' | 'content' | 'noise' | 'finish' | 'tail';
  readonly bytes: Uint8Array;
}

/** Framing of a stream, within the forms that vendors of the wire send. */
export interface Framing {
  /** Line end. Default `\n`. */
  readonly newline?: '\n' | '\r\n' | '\r' | undefined;
  /** Comments and, where the wire has them, pings between the frames. */
  readonly noise?: boolean | undefined;
}

/** Contents of a chat request, independent of the wire, for assertions. */
export interface WireRequest {
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests a stream. */
  readonly streamed: boolean;
  /** All system text, joined. */
  readonly system: string;
  /** Messages in the form of the wire, for prefix checks. */
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
  /** Reasoning that the client sent back: the text and, if the wire has one, the signature. */
  readonly reasoning: readonly { readonly text: string; readonly signature: string | undefined }[];
  /** Vendor parts that the client sent back, as blocks, items or parts of the wire, in order. */
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

/** Violation for which the vendor would reject the request. */
export interface Violation {
  /** Key of `rules` of the wire. */
  readonly rule: string;
  /** Path in the body, such as `messages[2].tool_call_id`. */
  readonly path: string;
  readonly message: string;
}

/** Options of a validator. */
export interface ValidateOptions {
  /** Accepted signatures: `issued` by the server, or `any`, for recordings of the vendor. `@default 'issued'` */
  readonly signatures?: 'issued' | 'any' | undefined;
  /** Model id, for wires that have it in the path. Without it, rules of single models are not checked. */
  readonly model?: string | undefined;
}

/** Contents of a request for embeddings, a transcription or speech, independent of the wire, for assertions. */
export interface OperationRequest {
  /** Operation. */
  readonly operation: OperationName;
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests a stream of events. */
  readonly streamed: boolean;
  /** Texts to embed. */
  readonly values: readonly string[];
  /** Requested number of dimensions; `undefined` for the default of the model. */
  readonly dimensions: number | undefined;
  /** Recording to transcribe. */
  readonly audio: { readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  /** Text to speak. */
  readonly text: string | undefined;
  /** Format of the answer, as a value of the wire. */
  readonly format: string | undefined;
}

/** Response to an operation: chunks of audio, events of a stream, or one complete body. */
export interface OperationReply {
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks of the body, in order. */
  readonly pieces: readonly Uint8Array[];
}

/** Endpoint of a wire for an operation other than chat. */
export interface WireOperation {
  /** Operation. */
  readonly operation: OperationName;
  /** Whether the request is for this endpoint. If it could also be a chat, the step of the script decides. */
  readonly accepts: (method: string, path: string, body: unknown) => boolean;
  /** Reads the request; does not throw on invalid requests. */
  readonly read: (path: string, body: unknown) => OperationRequest;
  /** Returns the violations of a body. Without it, `validate` of the wire applies. */
  readonly validate?: ((body: unknown) => readonly Violation[]) | undefined;
  /** Returns the response; throws for an answer of another operation. */
  readonly answer: (answer: OperationAnswer, request: OperationRequest) => OperationReply;
}

/** Wire as data and pure functions: answers, failures and rules of its vendor. */
export interface Wire {
  /** Name as in `ChatRequest.extra`, such as `openai-chat`. */
  readonly name: string;
  /** Returns the `baseURL` option of the vendor's SDK for a server at `origin`. */
  baseURL(origin: string): string;
  /** Whether the method and path are those of a chat request. */
  accepts(method: string, path: string): boolean;
  /** Rules that `validate` checks: name and description. */
  readonly rules: Readonly<Record<string, string>>;
  /** Errors of the vendor. A missing failure has no form on this wire. */
  readonly failures: Readonly<Partial<Record<FailureName, FailureForm>>>;
  /** Scenarios that the wire has no form for, with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Reads a request; does not throw on invalid requests. */
  read(path: string, body: unknown): WireRequest;
  /** Returns the violations of a body, or `[]` if the vendor would accept it. */
  validate(body: unknown, options?: ValidateOptions): readonly Violation[];
  /** Returns an answer as the frames of a streamed body. */
  stream(answer: Answer | string, request: WireRequest, framing?: Framing): readonly Frame[];
  /** Headers of a streamed response. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** Returns an answer as a non-streaming response. */
  complete(answer: Answer | string, request: WireRequest): Reply;
  /** Returns a failure as an HTTP response. */
  failure(failure: Failure): Reply;
  /** Returns a failure as a frame of a stream that began with HTTP 200. */
  failureFrame(failure: Failure, framing?: Framing): Frame;
  /** Returns a frame with invalid JSON. */
  brokenFrame(framing?: Framing): Frame;
  /** Endpoints for other operations. `@default none` */
  readonly operations?: readonly WireOperation[] | undefined;
  /** Returns the signature that the server issues for this reasoning. */
  sign(reasoning: string): string;
}
