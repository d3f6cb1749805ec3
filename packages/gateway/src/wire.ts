import type { ChatRequest, ChatResponse, StreamEvent, Warning } from '@majordomo/core';
import type { Refusal } from './errors/refusal.ts';
import type { Media } from './parsing/media.ts';

/** What a request asks for, and how its wire answers it. */
export interface ParsedRequest {
  /** As the client named it; answers repeat it. */
  readonly model: string;
  readonly isStreamed: boolean;
  readonly request: ChatRequest;
  /** The client's own, for the events of the call. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What of the request no chain takes over. */
  readonly notes: readonly Warning[];
  /** The body of a whole answer. */
  complete(response: ChatResponse): object;
  /** For a streamed answer; made once. */
  createWriter(): Writer;
}

/** Our events as the text of an event stream. */
export interface Writer {
  /** `''` for what the wire tells elsewhere, or not at all. */
  write(event: StreamEvent): string;
  /** After the last event. */
  end(): string;
  /** Instead of an end. */
  fail(refusal: Refusal): string;
}

/** One wire as a client speaks it: pure functions. */
export interface Wire {
  /** Strict: throws a `Refusal` that names the path. */
  readonly parse: (body: unknown, media: Media) => ParsedRequest;
  /** The body of a refusal. */
  readonly failure: (refusal: Refusal) => object;
}
