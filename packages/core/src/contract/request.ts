import type { JsonObject } from './json.ts';
import type { Message, TurnMessage } from './message.ts';
import type { JsonSchema, ObjectSchema } from './schema.ts';

/** A tool that the model may call. Running it is the caller's, or that of `@majordomo/agent`. */
export interface ToolSpec {
  /** What the model calls it by; most wires take letters, digits, `_` and `-`, up to 64. */
  readonly name: string;
  /** What it does and when to use it: the model reads this. */
  readonly description: string;
  /** JSON Schema of an object, or a Standard Schema that can give one. */
  readonly parameters: JsonSchema | ObjectSchema<unknown>;
}
/** Whether tools are called: as the model likes, never, at least one, or the one that is named. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };
/** How much the model may think before it answers; each wire is told in its own terms. */
export type Effort = 'none' | 'low' | 'medium' | 'high';

/** What the caller asks for. Plain data: it may be frozen, logged, replayed; it is never changed. */
export interface ChatRequest {
  /**
   * The conversation so far, the oldest message first. A message that was sent is not to be changed afterwards: what a
   * wire made of it is kept by its identity. Put another one in its place.
   */
  readonly messages: readonly Message[];
  /** Goes before the text of any system messages in `messages`. */
  readonly system?: string | undefined;
  /** What the model may call; a target that takes no tools is passed over. */
  readonly tools?: readonly ToolSpec[] | undefined;
  /** Default: the vendor's, which is `auto` where there are tools. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Most tokens to answer with, reasoning included. */
  readonly maxTokens?: number | undefined;
  /** On the vendor's own scale; dropped with a warning where a model refuses it. */
  readonly temperature?: number | undefined;
  /** Share of probability to sample from, in (0, 1]. */
  readonly topP?: number | undefined;
  /** Texts that end the answer, left out of it; the vendor limits how many. */
  readonly stop?: readonly string[] | undefined;
  /** For answers that repeat, as far as the vendor promises that. */
  readonly seed?: number | undefined;
  /** JSON Schema that the text of the answer must follow; `generateObject` gives the checked, typed value. */
  readonly output?: JsonObject | undefined;
  /** Default: the model's own. */
  readonly reasoning?: Effort | undefined;
  /** How long the vendor should keep the prompt's prefix: minutes, or about an hour. */
  readonly cache?: 'none' | 'short' | 'long' | undefined;
  /** Merged into the wire body last. Keys: a wire name such as `openai-chat`, or a provider id (wins). */
  readonly extra?: { readonly [providerOrWire: string]: object } | undefined;
}

/** What a provider gets: no system messages, no schema objects, media fitted, foreign replay gone. */
export interface ModelRequest extends Omit<ChatRequest, 'messages' | 'tools' | 'extra' | 'output'> {
  /** Repaired for this target: each call has its one result, ids fit the wire. */
  readonly messages: readonly TurnMessage[];
  /** Their schemas are JSON already; `[]` when there are none. */
  readonly tools: readonly ModelTool[];
  /** The schema of the answer, when one was asked for. */
  readonly output: ModelOutput | undefined;
  /** Already picked and merged for this target. */
  readonly extra: Readonly<Record<string, unknown>>;
}
/** A tool as a provider gets it. */
export interface ModelTool {
  /** Wires that name schemas want one. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonObject;
}
/** The schema of an answer as a provider gets it. */
export interface ModelOutput {
  readonly name: string;
  /** JSON Schema as the caller gave it; a wire with a dialect of its own rewrites it. */
  readonly schema: JsonObject;
}
