import { extended, type WireQuirks } from '../quirks.ts';

/** Body members that some servers of this wire reject. A member in `refuses` is dropped with a warning. */
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

/** Member of a Chat Completions request that a server may reject. */
export type ChatParameter = (typeof CHAT_PARAMETERS)[number];

/**
 * Differences between servers of the Chat Completions wire in what they accept. Each quirk is named after the wire, not
 * after a vendor. A profile states the source and the date of its quirks.
 */
export interface ChatQuirks extends WireQuirks {
  /** Member for the maximum number of output tokens. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Role of the message that carries `request.system`. */
  readonly systemRole: 'system' | 'developer';
  /** Form of content. `parts`: strings and media are a list. `string`: strings are joined by a blank line, without media. */
  readonly content: 'parts' | 'string';
  /** `content` of an assistant message that only has tool calls. */
  readonly emptyContent: 'null' | 'empty-string' | 'absent';
  /** Member for effort; `none`: effort is not sent, with a warning. */
  readonly reasoningRequest:
    'reasoning_effort' | 'reasoning.effort' | 'thinking.type' | 'enable_thinking' | 'none';
  /** Form of effort `none`: a value, `thinking: { type: 'disabled' }`, or no member (`omit`). */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'thinking.disabled' | 'omit';
  /** Member in which the model's reasoning is sent back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | 'none';
  /** `echo`: text of this model in `reasoningField`. `details`: its unchanged `reasoning_details`, otherwise like `echo`. */
  readonly reasoningReplay: 'omit' | 'echo' | 'details';
  /**
   * Format of `reasoning_details` that contain signatures of a family which other platforms read and issue too; `none` if
   * only this server reads them.
   */
  readonly signedDetails: 'none' | { readonly family: string; readonly format: string };
  /** Text for reasoning in turns without any, where the server requires the member; `''` for no text. */
  readonly reasoningPlaceholder: '' | ' ';
  /** `split`: reasoning inside the text, between `<think>` tags, is removed from the text. */
  readonly thinkTags: 'keep' | 'split';
  /** `outside`: `completion_tokens` does not include reasoning tokens, so they are added. */
  readonly reasoningTokens: 'inside' | 'outside';
  /** Role that may follow tool results. `assistant`: an assistant message is inserted before a user message. */
  readonly afterTools: 'any' | 'assistant';
  /** Whether a tool message has the name of its tool in `name`. */
  readonly toolResultName: boolean;
  /** Types of the vendor's tools that `extra` may contain; `any`: every tool is sent. */
  readonly vendorTools: readonly string[] | 'any';
  /** Value that requires a tool call. */
  readonly requiredChoice: 'required' | 'any';
  /** `required`: the first call of a turn needs its signature, or the mark of a call from another model. */
  readonly callSignature: 'echo' | 'required';
  /** Form of tool call ids that the server accepts. Other ids are mapped. */
  readonly toolId: 'any' | 'max-40' | 'alphanumeric-9';
  /** Maximum number of stop sequences; `any` if no limit is known. */
  readonly stopMax: number | 'any';
  /** Member for the seed. */
  readonly seedField: 'seed' | 'random_seed';
  /** Whether the server accepts `top_k`, which OpenAI never had. */
  readonly topK: boolean;
  /** Whether usage is requested in a stream (`stream_options.include_usage`). Some servers reject this member. */
  readonly streamUsage: boolean;
  /** Members that are not sent. Each is reported by a warning if the request has it. */
  readonly refuses: readonly ChatParameter[];
}

/** Quirks of api.openai.com, from its reference and the types of the SDK (openai 7.55, 2026-11-20). */
export const OPENAI_QUIRKS: ChatQuirks = {
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  strictTools: true,
  toolSchemas: 'complete',
  output: 'json_schema',
  cacheRequest: 'prompt_cache_retention',
  cacheTtls: ['30m'],
  cacheKey: 'prompt_cache_key',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
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
  toolId: 'max-40',
  stopMax: 4,
  seedField: 'seed',
  topK: false,
  streamUsage: true,
  refuses: [],
};

/** Quirks of servers that copied the wire of 2024: the defaults of every profile and of `openai://` DSNs. */
export const COMPATIBLE_QUIRKS: ChatQuirks = /* @__PURE__ */ extended(OPENAI_QUIRKS, {
  efforts: ['low', 'medium', 'high'],
  strictTools: false,
  cacheRequest: 'none',
  cacheKey: 'none',
  serviceTiers: 'none',
  maxTokensField: 'max_tokens',
  reasoningField: 'reasoning_content',
  stopMax: 'any',
  topK: true,
});
