import { extended, type WireQuirks } from '../quirks.ts';

/** Properties of a Chat Completions request that some servers reject. The quirk `refuses` lists the properties to drop. */
export const CHAT_PARAMETERS = [
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'stop',
  'seed',
  'max_tokens',
  'tool_choice',
  'reasoning_effort',
  'stream_options',
] as const;

/** Property of a Chat Completions request that a server may reject. */
export type ChatParameter = (typeof CHAT_PARAMETERS)[number];

/**
 * Differences between servers that implement Chat Completions. Most quirks determine the request. `thinkTags` and
 * `reasoningTokens` determine how a response is read. `signedDetails` determines both. A profile states the source of its quirks.
 */
export interface ChatQuirks extends WireQuirks {
  /** Property for the maximum number of output tokens. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Role of the message that contains `request.system`. */
  readonly systemRole: 'system' | 'developer';
  /** Form of a user message. `parts`: a list, or a string for one text. `string`: only the texts, joined with blank lines. */
  readonly content: 'parts' | 'string';
  /** Value of `content` in an assistant message that contains no text. */
  readonly emptyContent: 'null' | 'empty-string' | 'absent';
  /** Property for the reasoning effort. `none`: the effort is dropped with a warning. */
  readonly reasoningRequest:
    | 'reasoning_effort'
    | 'reasoning.effort'
    | 'thinking.type'
    | 'enable_thinking'
    | 'none';
  /** Effort that is sent for `none`. `thinking.disabled`: sends `thinking: { type: 'disabled' }`. `omit`: sends no property. */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'thinking.disabled' | 'omit';
  /** Property in which the text of reasoning is sent back to the model. `none`: the text is not sent back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | 'none';
  /** Reasoning of this model that is sent back. `echo`: its text. `details`: its `reasoning_details`, otherwise its text. */
  readonly reasoningReplay: 'omit' | 'echo' | 'details';
  /** Format and model family of signed `reasoning_details` that other platforms also accept; `none` for a server without them. */
  readonly signedDetails: 'none' | { readonly family: string; readonly format: string };
  /** Reasoning text for turns without reasoning, for servers that require such a text. `''`: no text is sent. */
  readonly reasoningPlaceholder: '' | ' ';
  /** Handling of `<think>` tags. `split`: text between the tags becomes reasoning. `keep`: the tags stay in the text. */
  readonly thinkTags: 'keep' | 'split';
  /** Whether `completion_tokens` includes reasoning tokens. `outside`: reasoning tokens are added to the output tokens. */
  readonly reasoningTokens: 'inside' | 'outside';
  /** Role that may follow tool results. `assistant`: an assistant message is inserted before a user message. */
  readonly afterTools: 'any' | 'assistant';
  /** Whether a tool message contains the name of its tool in `name`. */
  readonly toolResultName: boolean;
  /** Types of vendor tools that `extra` may contain. `any`: all types. */
  readonly vendorTools: readonly string[] | 'any';
  /** Value of `tool_choice` that requires a tool call. */
  readonly requiredChoice: 'required' | 'any';
  /**
   * Handling of signatures of tool calls. `echo`: signatures are sent back. `required`: in addition, the first call of a turn is
   * marked as a call of another model if the call has no signature.
   */
  readonly callSignature: 'echo' | 'required';
  /**
   * Further members of an assistant message that the server accepts in later requests. They are read from a response and sent back
   * to the same server.
   */
  readonly replayedMembers: readonly string[];
  /** Rule for the tool call ids that the server accepts. Invalid ids are replaced. */
  readonly toolId: 'any' | 'max-40' | 'alphanumeric-9';
  /** Maximum number of stop sequences; `any` if no limit is known. */
  readonly stopMax: number | 'any';
  /** Property for the seed. */
  readonly seedField: 'seed' | 'random_seed';
  /** Whether the server accepts `top_k`. OpenAI does not. */
  readonly topK: boolean;
  /** Whether a streaming request contains `stream_options.include_usage`, which some servers reject. */
  readonly streamUsage: boolean;
  /** Properties that are not sent. A warning reports each dropped property, except `stream_options`. */
  readonly refuses: readonly ChatParameter[];
}

/** Quirks of api.openai.com, from its API reference and the types of the SDK (openai 7.55, 2026-11-20). */
export const OPENAI_QUIRKS: ChatQuirks = {
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  strictTools: true,
  toolSchemas: 'complete',
  output: 'json_schema',
  cacheRequest: 'prompt_cache_retention',
  cacheTtls: ['30m'],
  cacheKey: 'prompt_cache_key',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
  verbosity: true,
  endUser: true,
  extraBody: {},
  maxTokensField: 'max_completion_tokens',
  systemRole: 'system',
  content: 'parts',
  emptyContent: 'null',
  reasoningRequest: 'reasoning_effort',
  reasoningOff: 'none',
  reasoningField: 'none',
  reasoningReplay: 'omit',
  signedDetails: 'none',
  reasoningPlaceholder: '',
  thinkTags: 'keep',
  reasoningTokens: 'inside',
  afterTools: 'any',
  toolResultName: false,
  vendorTools: 'any',
  requiredChoice: 'required',
  callSignature: 'echo',
  replayedMembers: [],
  toolId: 'max-40',
  stopMax: 4,
  seedField: 'seed',
  topK: false,
  streamUsage: true,
  refuses: [],
};

/** Quirks of servers that implement Chat Completions as of 2024. They are the defaults of profiles and `openai://` DSNs. */
export const COMPATIBLE_QUIRKS: ChatQuirks = /* @__PURE__ */ extended(OPENAI_QUIRKS, {
  efforts: ['low', 'medium', 'high'],
  strictTools: false,
  cacheRequest: 'none',
  cacheKey: 'none',
  serviceTiers: 'none',
  verbosity: false,
  endUser: false,
  maxTokensField: 'max_tokens',
  reasoningField: 'reasoning_content',
  stopMax: 'any',
  topK: true,
});
