import type { ChatRequest, ChatResponse, StreamEvent, Warning } from '@majordomo/core';
import type { Refusal } from './errors/refusal.ts';
import type { Media } from './parsing/media.ts';

/** A request after parsing, and how its wire responds. */
export interface ParsedRequest {
  /** Name from the client, which responses repeat. */
  readonly model: string;
  readonly isStreamed: boolean;
  readonly request: ChatRequest;
  /** Metadata from the client, for the events of the call. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Warnings about settings that no target receives. */
  readonly notes: readonly Warning[];
  /** Returns the body of a complete response. */
  complete(response: ChatResponse): object;
  /** Creates the writer of a streamed response. */
  createWriter(): Writer;
}

/** Converts events of a call to the text of an event stream. */
export interface Writer {
  /** Returns `''` for events that the wire does not have. */
  write(event: StreamEvent): string;
  /** Returns the text after the last event. */
  end(): string;
  /** Returns the text of an error, which replaces the end. */
  fail(refusal: Refusal): string;
}

/** One wire format of clients, as pure functions. */
export interface Wire {
  /** Parses strictly: throws a `Refusal` that names the path. */
  readonly parse: (body: unknown, media: Media) => ParsedRequest;
  /** Formats an error response body. */
  readonly failure: (refusal: Refusal) => object;
}
