import type { JsonObject } from '@majordomo/core';

/** Response to one request: a text, a tool call, an error status, silence after the headers, or a stream that breaks. */
export type DemoStep =
  | string
  | { readonly tool: string; readonly args: JsonObject }
  | { readonly status: number; readonly message: string }
  | { readonly silent: true }
  | { readonly cutAfter: string };

/** Answer of a model: a text or a tool call. */
export type DemoAnswer = Extract<DemoStep, string | { readonly tool: string }>;

/** Conversion of answers to the format of one vendor's API. */
export interface DemoWire {
  /** Path that is appended to the server's origin to form the base URL for the vendor's SDK. */
  readonly basePath: string;
  complete(answer: DemoAnswer, model: string): object;
  /** Returns the server-sent events with the content of the answer. */
  content(answer: DemoAnswer, model: string): readonly string[];
  /** Returns the server-sent events that finish the answer. */
  finish(answer: DemoAnswer, model: string): readonly string[];
  failure(status: number, message: string): object;
}

/** Splits a text into chunks of eight characters. */
export const chunks = (text: string): readonly string[] => text.match(/.{1,8}/gsu) ?? [];
