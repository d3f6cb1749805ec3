import type { JsonObject } from '@majordomo/core';
import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { Answer } from './answer.ts';
import type { Failure, FailureForm, FailureName } from './failure.ts';

/** A status line, headers and a body, before any fault. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * One step of a streamed body. `content` carries what the answer is made of; `finish` has the finish reason, and
 * what comes after it (usage, end markers) is `tail`.
 */
export interface Frame {
  readonly kind: 'head' | 'content' | 'noise' | 'finish' | 'tail';
  readonly bytes: Uint8Array;
}

/** How a stream is framed, within what the wire's vendors send. */
export interface Framing {
  /** Line end. Default `\n`. */
  readonly newline?: '\n' | '\r\n' | '\r' | undefined;
  /** Comments and, where the wire has them, pings between the frames. */
  readonly noise?: boolean | undefined;
}

/** What a request says, whatever the wire; for assertions. */
export interface WireRequest {
  /** As the request names it, in its body or its path. */
  readonly model: string;
  /** Does it ask for a stream? */
  readonly streamed: boolean;
  /** All system text, joined. */
  readonly system: string;
  /** The wire's own messages, for prefix checks. */
  readonly messages: readonly unknown[];
  /** Of all messages, in order; base64 is decoded. */
  readonly images: readonly { readonly mediaType: string; readonly bytes: Uint8Array }[];
  /** Those of the transcript, in order; `args` parsed. */
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  /** Those of the transcript, in order. */
  readonly toolResults: readonly {
    readonly callId: string;
    readonly text: string;
    readonly isError: boolean;
  }[];
  /** Reasoning that came back: its text and, where the wire has one, its signature. */
  readonly reasoning: readonly { readonly text: string; readonly signature: string | undefined }[];
  /** What ran at the vendor and came back: the wire's own blocks, items or parts, in order. */
  readonly vendorBlocks: readonly unknown[];
  /** Their names. */
  readonly tools: readonly string[];
  /** The JSON Schema that the answer must follow. */
  readonly output: JsonObject | undefined;
  /** The limit of the answer, under whatever name the wire has for it. */
  readonly maxTokens: number | undefined;
  /** Does the client want usage in the stream? */
  readonly streamsUsage: boolean;
}

/** What a vendor would refuse. */
export interface Violation {
  /** A key of the wire's `rules`. */
  readonly rule: string;
  /** Where, such as `messages[2].tool_call_id`. */
  readonly path: string;
  readonly message: string;
}

/** How strict a validator is where recordings and tests differ. */
export interface ValidateOptions {
  /** `issued` (default): only signatures that this wire's answers carry; `any`: recordings of the real vendor. */
  readonly signatures?: 'issued' | 'any' | undefined;
  /** As the path names it, for wires whose body does not; without it, what only some models refuse is not looked at. */
  readonly model?: string | undefined;
}

/** What a request of an operation says, whatever the wire; for assertions. */
export interface OperationRequest {
  /** Which one it is. */
  readonly operation: OperationName;
  /** As the request names it, in its body or its path. */
  readonly model: string;
  /** Does it ask for a stream of events? */
  readonly streamed: boolean;
  /** Texts to be made vectors of. */
  readonly values: readonly string[];
  /** Of the vectors, where they are asked to be shorter. */
  readonly dimensions: number | undefined;
  /** The recording to be written down. */
  readonly audio: { readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  /** The text to be spoken. */
  readonly text: string | undefined;
  /** How the answer is to be written, in the wire's own word. */
  readonly format: string | undefined;
}

/** An answer of an operation: pieces of a sound, events of a stream, or one whole body. */
export interface OperationReply {
  /** Those of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is written, in this order. */
  readonly pieces: readonly Uint8Array[];
}

/** An endpoint of a wire that is no chat. */
export interface WireOperation {
  /** Which one it is. */
  readonly operation: OperationName;
  /** Is this a request of it? What a chat could ask as well is what the script answers. */
  readonly accepts: (method: string, path: string, body: unknown) => boolean;
  /** What it says; tolerant. */
  readonly read: (path: string, body: unknown) => OperationRequest;
  /** Why the vendor would refuse this body. Absent: the wire's own validator knows. */
  readonly validate?: ((body: unknown) => readonly Violation[]) | undefined;
  /** Throws for an answer of another operation. */
  readonly answer: (answer: OperationAnswer, request: OperationRequest) => OperationReply;
}

/** One wire as data and pure functions: how its vendor answers, fails and refuses. */
export interface Wire {
  /** As in `ChatRequest.extra`, such as `openai-chat`. */
  readonly name: string;
  /** The base URL that this vendor's SDK takes for a server at `origin`. */
  baseURL(origin: string): string;
  /** Is this the path of a call for an answer? */
  accepts(method: string, path: string): boolean;
  /** What `validate` looks after, by name: the rule in one sentence. */
  readonly rules: Readonly<Record<string, string>>;
  /** How the vendor says each failure; one that is missing has no form on this wire. */
  readonly failures: Readonly<Partial<Record<FailureName, FailureForm>>>;
  /** Conformance scenarios that this wire has no form for, each with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** What a request says. */
  read(path: string, body: unknown): WireRequest;
  /** Why the vendor would refuse this body; `[]` when it would not. */
  validate(body: unknown, options?: ValidateOptions): readonly Violation[];
  /** An answer as the steps of a streamed body. */
  stream(answer: Answer | string, request: WireRequest, framing?: Framing): readonly Frame[];
  /** Headers of a streamed answer. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** An answer in one body. */
  complete(answer: Answer | string, request: WireRequest): Reply;
  /** A failure as an HTTP response. */
  failure(failure: Failure): Reply;
  /** The same failure inside a stream that began with 200. */
  failureFrame(failure: Failure, framing?: Framing): Frame;
  /** A frame whose payload is broken JSON. */
  brokenFrame(framing?: Framing): Frame;
  /** What the wire has besides chats. Absent: nothing. */
  readonly operations?: readonly WireOperation[] | undefined;
  /** The signature that the wire's answers put on this reasoning. */
  sign(reasoning: string): string;
}
