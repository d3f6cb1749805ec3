/**
 * Members that are read of an event, an item or a complete body. Any member may be missing, null or of another type, so the
 * readers check what they use.
 */
export interface ResponsesEvent {
  readonly type?: unknown;
  /** Member of `response.created`, `…in_progress`, `…completed`, `…incomplete`, `…failed`. */
  readonly response?: ResponsesBody | null;
  readonly output_index?: unknown;
  readonly item_id?: unknown;
  readonly item?: OutputItem | null;
  readonly delta?: unknown;
  /** Member of a delta of text. */
  readonly logprobs?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly error?: unknown;
}

/** A complete response, or the part of it in an event. */
export interface ResponsesBody {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
  readonly output?: readonly (OutputItem | null)[] | null;
  /** Member of SDKs that some servers send (received with an empty `output`). */
  readonly output_text?: unknown;
  readonly usage?: RawResponsesUsage | null;
  readonly service_tier?: unknown;
  /** Uses of the vendor's tools; `num_requests` counts billable searches only (openai 7.55). */
  readonly tool_usage?: { readonly web_search?: { readonly num_requests?: unknown } | null } | null;
  /** Parts of the input that the model did not receive, such as reasoning of another model (openai 7.56). */
  readonly input_transformations?: readonly (InputTransformation | null)[] | null;
}

/** Change of the input by the vendor. */
interface InputTransformation {
  readonly action?: unknown;
  readonly type?: unknown;
  readonly reason?: unknown;
}

/** A message, reasoning, or a call of a function, of a custom tool, or of a tool at the vendor. */
export interface OutputItem {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly status?: unknown;
  /** `commentary`, `analysis` or `final_answer`: phase of a message of models that also write intermediate messages (2026). */
  readonly phase?: unknown;
  readonly content?: readonly (ItemContent | null)[] | null;
  readonly summary?: readonly (ItemContent | null)[] | null;
  readonly encrypted_content?: unknown;
  readonly call_id?: unknown;
  /** Namespace of a tool that was found by tool search (2026). */
  readonly namespace?: unknown;
  readonly name?: unknown;
  /** Caller, if the model does not make the call itself. */
  readonly caller?: unknown;
  readonly arguments?: unknown;
  /** Text of a custom tool's call. */
  readonly input?: unknown;
}

/** Content of a message or of reasoning. */
export interface ItemContent {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: readonly unknown[] | null;
  readonly logprobs?: unknown;
}

/** Written tokens by lifetime (openai 7.55). */
export interface RawCacheWrites {
  readonly ttl_12h_tokens?: unknown;
}

/** Token counts and related members of vendors. */
export interface RawResponsesUsage {
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
  readonly cost?: unknown;
  readonly cost_in_usd_ticks?: unknown;
  readonly server_side_tool_usage_details?: Readonly<Record<string, unknown>> | null;
}
