import type { CallOptions, ChatRequest, ChatResponse, StreamEvent, Warning } from '@majordomo/core';
import type { GatewayContext, RequestContext } from './context.ts';
import type { Refusal } from './errors/refusal.ts';
import type { NamedContent } from './named-content.ts';
import type { Media } from './parsing/media.ts';
import type { StoredResponse } from './response-store.ts';

/** Background response that a request starts: its id, and the response as it is stored before it begins. */
export interface NewBackground {
  readonly id: string;
  readonly stored: Omit<StoredResponse, 'owner' | 'key'>;
}

/** Model that answers a request: a chain, or a chain whose calls of tools the gateway runs. */
export interface AnsweringModel {
  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse>;
  stream(request: ChatRequest, options: CallOptions): AsyncIterable<StreamEvent>;
}

/** Parsed request, with functions that format its response for the wire. */
export interface ParsedRequest {
  /** Model name that the client sent. Responses repeat this name. */
  readonly model: string;
  readonly isStreamed: boolean;
  readonly request: ChatRequest;
  /** Metadata that the client sent. The events of the call contain this metadata. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Warnings about settings that the gateway changes or drops. */
  readonly notes: readonly Warning[];
  /** Number of choices, each of which is a call. @default 1 */
  readonly choices?: number | undefined;
  /** Set if the response is made in the background. */
  readonly background?: NewBackground | undefined;
  /** Returns a model that runs the tools of the gateway. @default the request has no such tools */
  readonly withTools?: ((model: AnsweringModel) => AnsweringModel) | undefined;
  /** Formats the body of a complete response. `others`: responses of the choices after the first one. */
  complete(response: ChatResponse, others: readonly ChatResponse[]): object | Promise<object>;
  /** Called before a stream's `finish` event is written. The event is written when the returned promise resolves. */
  readonly beforeFinish?:
    | ((event: Extract<StreamEvent, { readonly type: 'finish' }>) => Promise<void>)
    | undefined;
  /** Creates the writer of a streamed choice. `choice`: index of the choice. */
  createWriter(choice: number): Writer;
}

/** Writer of a call's events as the text of an event stream. */
export interface Writer {
  /** Returns the text of an event, or `''` for an event that the wire does not support. */
  write(event: StreamEvent): string;
  /** Returns the text that ends the stream. */
  end(): string;
  /** Returns the text of an error event, which replaces the text of `end`. */
  fail(refusal: Refusal): string;
}

/**
 * Parses a request strictly. Throws a `Refusal` with the path of the first invalid member. May be called again after loads. `media`:
 * resolver of media, by default the named content.
 */
export type ParseChat = (body: unknown, namedContent: NamedContent, media?: Media) => ParsedRequest;

/** Returns the parser for one request. */
export type PrepareChat = (
  context: RequestContext,
  gateway: GatewayContext,
) => ParseChat | Promise<ParseChat>;

/** Formats the body of an error response. */
export type FormatFailure = (refusal: Refusal) => object;
