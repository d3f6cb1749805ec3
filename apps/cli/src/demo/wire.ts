import type { JsonObject } from '@majordomo/core';

/** Response to one request: a text, a tool call, an error status, silence after the headers, or a stream that breaks. */
export type DemoStep =
  | string
  | { readonly tool: string; readonly args: JsonObject }
  | { readonly status: number; readonly message: string }
  | { readonly silent: true }
  | { readonly cutAfter: string };

/** Content of an answer. */
export type DemoAnswer = Extract<DemoStep, string | { readonly tool: string }>;

/** Format of one vendor's responses. */
export interface DemoWire {
  /** Path below the server's origin that the vendor's SDK takes as its base URL. */
  readonly basePath: string;
  complete(answer: DemoAnswer, model: string): object;
  /** Server-sent events before the finish. */
  content(answer: DemoAnswer, model: string): readonly string[];
  /** Server-sent events that finish the answer. */
  finish(answer: DemoAnswer, model: string): readonly string[];
  failure(status: number, message: string): object;
}

/** Splits a text into chunks of eight characters. */
export const chunks = (text: string): readonly string[] => text.match(/.{1,8}/gsu) ?? [];
