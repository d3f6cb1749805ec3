import type { Message, TurnMessage } from './messages.ts';
import type { JsonObject, JsonSchema, ObjectSchema } from './schema.ts';

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
/**
 * How much the model may think before it answers, from nothing to as much as it can. Each wire is told in its own terms:
 * where a model does not know the word, the next stronger one is sent, with a warning, and `max` only where it was asked for.
 */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
/** How the vendor should serve a call: as usual, cheaper and later, or sooner and more expensive. */
export type ServiceTier = 'default' | 'flex' | 'priority';

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
  /** Sample from so many of the likeliest tokens alone. */
  readonly topK?: number | undefined;
  /** Above 0, tokens are the less likely the more often they came; on the vendor's own scale. */
  readonly frequencyPenalty?: number | undefined;
  /** Above 0, tokens that came at all are less likely; on the vendor's own scale. */
  readonly presencePenalty?: number | undefined;
  /** How many of the likeliest tokens to tell at each place, besides the chosen one; 0 tells that one alone. */
  readonly logprobs?: number | undefined;
  /** Texts that end the answer, left out of it; the vendor limits how many. */
  readonly stop?: readonly string[] | undefined;
  /** For answers that repeat, as far as the vendor promises that. */
  readonly seed?: number | undefined;
  /**
   * JSON Schema that the text of the answer must follow, or `json` for JSON of any form; `generateObject` gives the
   * checked, typed value.
   */
  readonly output?: JsonObject | 'json' | undefined;
  /** Default: the model's own. */
  readonly reasoning?: Effort | undefined;
  /** Default: the vendor's. What served the call stands in `usage.details.serviceTier`, in the vendor's word. */
  readonly serviceTier?: ServiceTier | undefined;
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
  /** The form of the answer, when one was asked for. */
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
  /** `false`: the vendor is not to hold the arguments to it, as after a refusal. Default: where the wire can. */
  readonly strict?: boolean | undefined;
}
/** The form of an answer as a provider gets it. */
export interface ModelOutput {
  readonly name: string;
  /** JSON Schema as the caller gave it; a wire with a dialect of its own rewrites it. `undefined`: JSON of any form. */
  readonly schema: JsonObject | undefined;
}
