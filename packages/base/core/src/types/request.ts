import type { Message, TurnMessage } from './messages.ts';
import type { JsonObject, JsonSchema, ObjectSchema } from './schema.ts';

/**
 * Tool that the model may call. The application or `@majordomo/agent` runs the tool.
 *
 * @example { name: 'weather', description: 'Current weather of a city', parameters: z.object({ city: z.string() }) }
 */
export interface ToolSpec {
  /** Name of the tool. Most wires accept up to 64 letters, digits, `_` and `-`. Core replaces other names and adds a warning. */
  readonly name: string;
  /** Description for the model, which states what the tool does and when to use it. */
  readonly description: string;
  /** JSON Schema of an object, or a Standard Schema that can be converted to one. */
  readonly parameters: JsonSchema | ObjectSchema<unknown>;
  /**
   * Whether the model sees the definition only after a tool result has loaded it (`ToolResultPart.loads`), so that the cached
   * prefix does not change. Anthropic receives the definition with `defer_loading`, and later a `tool_reference` in the result.
   * OpenAI Responses receives `additional_tools` after the result. Other wires append the definition to the tools.
   * @default false
   */
  readonly deferred?: boolean | undefined;
  /**
   * Callers of the tool: the model, a program that the model writes and the vendor runs, or both. Anthropic's API and OpenAI
   * Responses run programs. Other targets offer the tool to the model, with one `coerced` warning for all tools of the request.
   * @default ['model']
   */
  readonly callers?: readonly ToolCaller[] | undefined;
  /**
   * Members that a vendor's definition of the tool has in addition, by the id of a provider or of a wire. The provider's members take
   * precedence. Provider packages export types of these members, such as `MessagesToolOptions` and `ResponsesToolOptions`.
   * @default none
   *
   * @example { anthropic: { input_examples: [{ city: 'Oslo' }] } satisfies MessagesToolOptions }
   */
  readonly extra?: { readonly [providerOrWire: string]: object } | undefined;
}
/** Caller of a tool. `program`: code that the model writes and the vendor runs. */
export type ToolCaller = 'model' | 'program';
/** Tool use. `auto`: the model decides. `none`: no tool. `required`: at least one tool. An object: the named tool. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };
/**
 * Reasoning effort, from none to the maximum. If a model does not support a value, a warning is added and the next stronger value
 * that the model supports is sent, or its strongest value if none is stronger. `max` is only sent if it was requested.
 */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
/** Service tier. `flex` is cheaper and slower than `default`. `priority` is faster and costs more. */
export type ServiceTier = 'default' | 'flex' | 'priority';

/** Lifetime of a cached part of a prompt. `none`: not cached. `short`: minutes. `long`: at least an hour. */
export type CacheLifetime = 'none' | 'short' | 'long';

/**
 * Parts of a prompt that the vendor should cache, and their lifetimes.
 *
 * @example { prefix: 'long', after: 1 } // a document in the first message, and many questions about it
 */
export interface CachePlan {
  /** Lifetime of tools and system text. @default 'short' */
  readonly prefix?: CacheLifetime | undefined;
  /**
   * Lifetime of the messages.
   * @default 'short' if the request has tools or an assistant message, otherwise 'none'
   */
  readonly messages?: CacheLifetime | undefined;
  /**
   * Number of leading messages that do not change between requests, such as one with a document. Cached like `prefix`.
   * @default 0
   */
  readonly after?: number | undefined;
  /**
   * Routing key for vendors that accept one, 1 to 64 characters. Requests with equal keys reach the same cache.
   * @default a hash of tenant, tools that are not deferred, system text and, in a conversation, the first user message
   */
  readonly key?: string | undefined;
}

/** Form in which a provider receives `ChatRequest.cache`. Every member is set. */
export interface ModelCache {
  readonly prefix: CacheLifetime;
  readonly messages: CacheLifetime;
  /** Number of messages at the start of `ModelRequest.messages` that do not change between requests. */
  readonly after: number;
  readonly key: string;
}

/**
 * Request of a chat. Plain data that majordomo never modifies.
 *
 * @example { system: 'Answer in one sentence.', messages: [user('Why is the sky blue?')], maxTokens: 200 }
 */
export interface ChatRequest {
  /**
   * Conversation, the oldest message first. Do not modify a message that was sent, because its converted form is cached by
   * identity. Replace the message instead.
   */
  readonly messages: readonly Message[];
  /** Instructions, which precede the text of system messages in `messages`. */
  readonly system?: string | undefined;
  /** Tools that the model may call. Targets without tool support are skipped. */
  readonly tools?: readonly ToolSpec[] | undefined;
  /** Tool use. @default the vendor's default, which is `auto` if there are tools */
  readonly toolChoice?: ToolChoice | undefined;
  /**
   * Maximum number of output tokens, including reasoning. At the limit, the response ends with finish reason `length`. A value
   * above the limit of the model is reduced with a warning.
   */
  readonly maxTokens?: number | undefined;
  /** Sampling temperature on the vendor's scale. If the model rejects a temperature, it is dropped with a warning. */
  readonly temperature?: number | undefined;
  /** Share of the probability mass from which tokens are sampled, above 0 and at most 1. */
  readonly topP?: number | undefined;
  /** Number of most likely tokens from which each token is sampled. */
  readonly topK?: number | undefined;
  /** Penalty for a token by the number of its occurrences so far, on the vendor's scale. */
  readonly frequencyPenalty?: number | undefined;
  /** Penalty for tokens that have already occurred, on the vendor's scale. */
  readonly presencePenalty?: number | undefined;
  /** Number of most likely tokens to report at each position, in addition to the chosen token. 0 reports only that token. */
  readonly logprobs?: number | undefined;
  /** Strings that end the response. The response does not contain such a string. The vendor limits their number. */
  readonly stop?: readonly string[] | undefined;
  /** Seed for reproducible responses, for vendors that support a seed. */
  readonly seed?: number | undefined;
  /** JSON Schema that the response text must follow, or `json` for any JSON. `generateObject` returns a validated value. */
  readonly output?: JsonObject | 'json' | undefined;
  /** Reasoning effort. @default the model's default */
  readonly reasoning?: Effort | undefined;
  /** Summary of the reasoning to return. Only OpenAI's Responses API accepts it. Other targets drop it with a warning. */
  readonly reasoningSummary?: 'auto' | 'concise' | 'detailed' | undefined;
  /** Length of the text. Only OpenAI's models from GPT-5 on accept it. Other targets drop it with a warning. */
  readonly verbosity?: 'low' | 'medium' | 'high' | undefined;
  /**
   * Stable id of the application's user, by which the vendor detects abuse. Send a hash, not a name or an address. OpenAI
   * receives it as `safety_identifier`, which has at most 64 characters. Anthropic receives it as `metadata.user_id`. Other
   * targets drop it with a warning.
   */
  readonly endUser?: string | undefined;
  /** Service tier. `usage.details.serviceTier` reports the tier that served the call. @default the vendor's default */
  readonly serviceTier?: ServiceTier | undefined;
  /**
   * Parts of the prompt that the vendor caches, and their lifetimes. `auto` means the plan `{}`. `short` and `long` apply to the
   * prefix and the messages. `none` disables caching where the vendor permits it. An invalid plan is an `invalid-request`.
   * @default the vendor's default
   */
  readonly cache?: CacheLifetime | 'auto' | CachePlan | undefined;
  /** Members to add to the request body last, by wire (such as `openai-chat`) or provider id. A provider id takes precedence. */
  readonly extra?: { readonly [providerOrWire: string]: object } | undefined;
}

/** Request that a provider receives. It has JSON Schemas, fitted media and readable replay tokens, but no system messages. */
export interface ModelRequest extends Omit<ChatRequest, 'messages' | 'tools' | 'extra' | 'output' | 'cache'> {
  /** Conversation in which each tool call has exactly one result. */
  readonly messages: readonly TurnMessage[];
  /** Tools with JSON Schemas; empty if the request has no tools. */
  readonly tools: readonly ModelTool[];
  /** Output format, if one was requested. */
  readonly output: ModelOutput | undefined;
  /** Cache setting with all defaults, if one was given. */
  readonly cache?: ModelCache | undefined;
  /** Members of `ChatRequest.extra` for this target. */
  readonly extra: Readonly<Record<string, unknown>>;
}
/** Tool that a provider receives. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonObject;
  /** Whether the vendor enforces the schema. @default true if the wire supports it */
  readonly strict?: boolean | undefined;
  /** Whether a tool result has loaded this definition. Loaded tools follow all other tools, in the order of loading. */
  readonly deferred?: true | undefined;
  /** Callers of the tool, if programs of the vendor may call it. Only a model with the capability `programs` receives them. */
  readonly callers?: readonly ToolCaller[] | undefined;
  /** Members of `ToolSpec.extra` for this target. Each wire adds them to its definition of the tool. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}
/** Output format that a provider receives. */
export interface ModelOutput {
  /** Name of the schema, for wires that require one. */
  readonly name: string;
  /** JSON Schema of the caller. A wire with another schema dialect converts the schema. `undefined` means any JSON. */
  readonly schema: JsonObject | undefined;
}
