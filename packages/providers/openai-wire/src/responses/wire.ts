import type { RawCosts } from '../reading/reported-cost.ts';

/** Properties of an event. Servers may omit any property, or send null or another type. */
export interface ResponsesEvent {
  readonly type?: unknown;
  /** Response in the events `response.created`, `…in_progress`, `…completed`, `…incomplete` and `…failed`. */
  readonly response?: ResponsesBody | null;
  readonly output_index?: unknown;
  readonly item_id?: unknown;
  readonly item?: OutputItem | null;
  readonly delta?: unknown;
  /** Log probabilities in a text delta. */
  readonly logprobs?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly error?: unknown;
}

/** Complete response, or the part of a response that an event contains. */
export interface ResponsesBody {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly conversation?: unknown;
  readonly background?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
  readonly output?: readonly (OutputItem | null)[] | null;
  /** Text of the response. The vendor's SDKs compute this property, but some servers send it, with an empty `output`. */
  readonly output_text?: unknown;
  readonly usage?: RawResponsesUsage | null;
  readonly service_tier?: unknown;
  /** Uses of the vendor's tools. `num_requests` is the number of billable searches (openai 7.55). */
  readonly tool_usage?: { readonly web_search?: { readonly num_requests?: unknown } | null } | null;
  /** Parts of the input that the model did not receive, such as reasoning of another model (openai 7.56). */
  readonly input_transformations?: readonly (InputTransformation | null)[] | null;
}

/** Change that the vendor made to the input. */
interface InputTransformation {
  readonly action?: unknown;
  readonly type?: unknown;
  readonly reason?: unknown;
}

/** Item of a response: a message, reasoning, or a call of a function, a custom tool or a vendor tool. */
export interface OutputItem {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly status?: unknown;
  /** Phase of a message: `commentary`, `analysis` or `final_answer`, from models that write intermediate messages (2026). */
  readonly phase?: unknown;
  readonly content?: readonly (ItemContent | null)[] | null;
  readonly summary?: readonly (ItemContent | null)[] | null;
  readonly encrypted_content?: unknown;
  readonly call_id?: unknown;
  /** Namespace of a tool that was found by tool search (2026). */
  readonly namespace?: unknown;
  readonly name?: unknown;
  /** Caller of the tool: type `direct` for the model, otherwise the program that made the call. */
  readonly caller?: unknown;
  readonly arguments?: unknown;
  /** Input of a custom tool. */
  readonly input?: unknown;
}

/** Content element of a message or of reasoning. */
export interface ItemContent {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: readonly unknown[] | null;
  readonly logprobs?: unknown;
}

/** Tokens written to the cache, by lifetime (openai 7.55). */
export interface RawCacheWrites {
  readonly ttl_12h_tokens?: unknown;
}

/** Token counts and vendor-specific usage properties. */
export interface RawResponsesUsage extends RawCosts {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
    readonly cache_write_tokens_details?: RawCacheWrites | null;
    readonly image_tokens?: unknown;
    readonly audio_tokens?: unknown;
  } | null;
  readonly output_tokens_details?: {
    readonly reasoning_tokens?: unknown;
    readonly image_tokens?: unknown;
    readonly audio_tokens?: unknown;
  } | null;
  readonly server_side_tool_usage_details?: Readonly<Record<string, unknown>> | null;
}
