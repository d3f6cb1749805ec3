/**
 * What is read of an event, an item or a whole body. Nothing here is certain: a field may be missing, null or of
 * another type, and the readers check what they use. Fields that nobody reads are not listed.
 */
export interface ResponsesEvent {
  readonly type?: unknown;
  /** Of `response.created`, `…in_progress`, `…completed`, `…incomplete`, `…failed`. */
  readonly response?: ResponsesBody | null;
  readonly output_index?: unknown;
  readonly item_id?: unknown;
  readonly item?: OutputItem | null;
  readonly delta?: unknown;
  /** Of a delta of text. */
  readonly logprobs?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly error?: unknown;
}

/** A whole response, or as much of it as an event tells. */
export interface ResponsesBody {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
  readonly output?: readonly (OutputItem | null)[] | null;
  /** A convenience of SDKs that some servers send (seen next to an empty `output`). */
  readonly output_text?: unknown;
  readonly usage?: RawResponsesUsage | null;
  readonly service_tier?: unknown;
}

/** A message, reasoning, or a call: of a function, of a custom tool, or of something that runs at the vendor. */
export interface OutputItem {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly status?: unknown;
  /** `commentary`, `analysis` or `final_answer`: of messages of models that speak while they work (2026). */
  readonly phase?: unknown;
  readonly content?: readonly (ItemContent | null)[] | null;
  readonly summary?: readonly (ItemContent | null)[] | null;
  readonly encrypted_content?: unknown;
  readonly call_id?: unknown;
  /** Of a tool that was found by search (2026). */
  readonly namespace?: unknown;
  readonly name?: unknown;
  /** Who makes the call, where it is not the model itself. */
  readonly caller?: unknown;
  readonly arguments?: unknown;
  /** Of a custom tool's call: free text. */
  readonly input?: unknown;
}

/** A piece of a message or of reasoning. */
export interface ItemContent {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: readonly unknown[] | null;
  readonly logprobs?: unknown;
}

/** Token counts and what vendors put next to them. */
export interface RawResponsesUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
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
