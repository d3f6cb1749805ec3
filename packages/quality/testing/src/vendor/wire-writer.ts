import type { Answer } from './answer.ts';
import type { Failure, FailureForm, FailureName } from './failure.ts';
import type { Frame, Framing, Reply } from './frame.ts';

/** Contents of a request on which its answer depends. */
export interface AnsweredRequest {
  /** Model id from the body or the path. */
  readonly model: string;
  /** Whether the client requests usage in a stream. */
  readonly streamsUsage: boolean;
}

/** Answers and failures of a vendor's API. */
export interface WireWriter {
  /** Formats of failures. A failure that the wire cannot report is absent. */
  readonly failures: Readonly<Partial<Record<FailureName, FailureForm>>>;
  /** Returns an answer as the frames of a streamed body. */
  stream(answer: Answer | string, request: AnsweredRequest, framing?: Framing): readonly Frame[];
  /** Headers of a streamed response. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** Returns an answer as a non-streaming response. */
  complete(answer: Answer | string, request: AnsweredRequest): Reply;
  /** Returns a failure as an HTTP response. */
  failure(failure: Failure): Reply;
  /** Returns a failure as a frame of a stream that has begun with HTTP 200. */
  failureFrame(failure: Failure, framing?: Framing): Frame;
  /** Returns a frame with invalid JSON. */
  brokenFrame(framing?: Framing): Frame;
  /** Returns the signature that the server issues for a reasoning text. */
  sign(reasoning: string): string;
}
