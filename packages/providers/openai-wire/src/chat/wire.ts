import type { RawCosts } from '../reading/reported-cost.ts';

/** Properties of a chunk or a non-streaming body. Servers may omit any property, or send null or another type. */
export interface ChatChunk {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly system_fingerprint?: unknown;
  readonly choices?: readonly (ChatChoice | null)[] | null;
  readonly usage?: RawUsage | null;
  readonly service_tier?: unknown;
  /** Durations of the stages of the response, which Cerebras sends (2025-2026). */
  readonly time_info?: RawTimes | null;
  /** URLs of the sources of the response (Perplexity, xAI). `search_results` contains the sources with their titles. */
  readonly citations?: readonly unknown[] | null;
  readonly search_results?: readonly unknown[] | null;
  readonly error?: unknown;
  /** Error from MiniMax. Status 0 means success (2026). */
  readonly base_resp?: { readonly status_code?: unknown } | null;
}

/** One of the alternative answers in a response. Only the first one is used. */
export interface ChatChoice {
  readonly index?: number | null;
  readonly delta?: ChatDelta | null;
  readonly message?: ChatDelta | null;
  readonly finish_reason?: string | null;
  /** Stop sequence that ended the response, or the id of a stop token (vLLM, 2025-2026). */
  readonly stop_reason?: unknown;
  readonly logprobs?: { readonly content?: unknown } | null;
  /** Usage, which Moonshot sends inside the choice (2025). */
  readonly usage?: RawUsage | null;
}

/** Delta of a stream, or message of a non-streaming body. Both have the same properties. */
export interface ChatDelta {
  /** Text, or an array of elements. Some gateways send null elements. */
  readonly content?: string | readonly (ContentBlock | null)[] | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_details?: readonly ReasoningDetail[] | null;
  readonly tool_calls?: readonly (ToolFragment | null)[] | null;
  /** Tool call in the form of 2023: a single call without an id. */
  readonly function_call?: FunctionFragment | null;
  readonly audio?: unknown;
  readonly images?: unknown;
  readonly annotations?: readonly unknown[] | null;
  /** Tools that Groq ran (2025-2026). */
  readonly executed_tools?: readonly unknown[] | null;
}

/** Element of `content` if it is an array. */
export interface ContentBlock {
  readonly type?: string;
  readonly text?: unknown;
  /** Reasoning from Mistral: `{ type: 'thinking', thinking: [{ type: 'text', text }] }`. */
  readonly thinking?: string | readonly { readonly text?: unknown }[];
  /** Properties of elements that refer to a source. */
  readonly [member: string]: unknown;
}

/** Element of OpenRouter's `reasoning_details`: text, summary or encrypted data. */
export interface ReasoningDetail {
  readonly type?: string;
  readonly index?: number;
  readonly id?: string | null;
  readonly text?: string | null;
  readonly summary?: string | null;
  readonly data?: string | null;
  readonly signature?: string | null;
  readonly format?: string | null;
}

/** Function call, or a fragment of its arguments. */
export interface FunctionFragment {
  readonly name?: string | null;
  readonly arguments?: unknown;
}

/** One element of `tool_calls`. */
export interface ToolFragment {
  readonly index?: number | null;
  readonly id?: string | null;
  /** Thought signature from Gemini, directly or through a gateway (2026). */
  readonly extra_content?: unknown;
  readonly function?: FunctionFragment | null;
  /** Call of a custom tool. `input` contains the text that the model passes to the tool. */
  readonly custom?: { readonly name?: string | null; readonly input?: unknown } | null;
}

/** Durations of the stages of a response, in seconds. */
export interface RawTimes {
  readonly queue_time?: unknown;
  readonly prompt_time?: unknown;
  readonly completion_time?: unknown;
  readonly total_time?: unknown;
}

/** Token counts under the names that different servers use. */
export interface RawUsage extends RawTimes, RawCosts {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly reasoning_tokens?: unknown;
  readonly cached_tokens?: unknown;
  readonly num_cached_tokens?: unknown;
  readonly prompt_cache_hit_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: unknown } | null;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
    readonly cache_write_tokens_details?: { readonly ttl_12h_tokens?: unknown } | null;
    readonly audio_tokens?: unknown;
    readonly image_tokens?: unknown;
  } | null;
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: unknown;
    readonly audio_tokens?: unknown;
    readonly image_tokens?: unknown;
  } | null;
  readonly service_tier?: unknown;
  readonly num_search_queries?: unknown;
  readonly server_tool_use_details?: { readonly web_search_requests?: unknown } | null;
}
