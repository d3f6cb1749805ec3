import type { JsonObject } from './json.ts';
import type { Message, TurnMessage } from './message.ts';
import type { ObjectSchema } from './schema.ts';

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object, or a Standard Schema that can give one. */
  readonly parameters: JsonObject | ObjectSchema<unknown>;
}
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };
export type Effort = 'none' | 'low' | 'medium' | 'high';

/** What the caller asks for. Plain data: it may be frozen, logged, replayed; it is never changed. */
export interface ChatRequest {
  readonly messages: readonly Message[];
  /** Goes before the text of any system messages in `messages`. */
  readonly system?: string | undefined;
  readonly tools?: readonly ToolSpec[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  /** Most tokens to answer with, reasoning included. */
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** JSON Schema that the text of the answer must follow; `generateObject` gives the checked, typed value. */
  readonly output?: JsonObject | undefined;
  readonly reasoning?: Effort | undefined;
  /** How long the vendor should keep the prompt's prefix: minutes, or about an hour. */
  readonly cache?: 'none' | 'short' | 'long' | undefined;
  /** Merged into the wire body last. Keys: a wire name such as `openai-chat`, or a provider id (wins). */
  readonly extra?: { readonly [providerOrWire: string]: object } | undefined;
}

/** What a provider gets: no system messages, no schema objects, media fitted, foreign replay gone. */
export interface ModelRequest extends Omit<ChatRequest, 'messages' | 'tools' | 'extra' | 'output'> {
  readonly messages: readonly TurnMessage[];
  readonly tools: readonly ModelTool[];
  readonly output: ModelOutput | undefined;
  /** Already picked and merged for this target. */
  readonly extra: Readonly<Record<string, unknown>>;
}
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}
export interface ModelOutput {
  readonly name: string;
  readonly schema: JsonObject;
}
