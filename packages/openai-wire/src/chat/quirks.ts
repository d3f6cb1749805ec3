import type { Effort, JsonObject, ServiceTier } from '@majordomo/core';
import { extended } from '../extended.ts';

/** Body members that some servers of this wire refuse: listed in `refuses`, they are dropped with a warning. */
export type ChatParameter =
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'logprobs'
  | 'stop'
  | 'seed'
  | 'max_tokens'
  | 'tool_choice'
  | 'reasoning_effort'
  | 'stream_options';

/**
 * Every way in which servers of the Chat Completions wire differ in what they accept. Named after the wire, never
 * after a vendor; a profile states its own with source and date. They decide what is sent: reading is liberal.
 */
export interface ChatQuirks {
  /** Where the limit on the answer goes. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Role of the message that carries `request.system`. */
  readonly systemRole: 'system' | 'developer';
  /** `parts`: several texts and media as a list; `string`: texts joined by a blank line, no media. */
  readonly content: 'parts' | 'string';
  /** `content` of an assistant message that has tool calls alone. */
  readonly emptyContent: 'null' | 'empty-string' | 'absent';
  /** How effort is asked for; `none`: not at all, with a warning. */
  readonly reasoningRequest:
    'reasoning_effort' | 'reasoning.effort' | 'thinking.type' | 'enable_thinking' | 'none';
  /** The words for effort that it knows; for another one the next stronger is sent. */
  readonly efforts: readonly Exclude<Effort, 'none'>[];
  /** How effort `none` is said: a word, `thinking: { type: 'disabled' }`, or not at all (`omit`). */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'thinking.disabled' | 'omit';
  /** Where the model's own reasoning goes when it is sent back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | 'none';
  /** `echo`: own text under `reasoningField`; `details`: own `reasoning_details` unchanged, else as `echo`. */
  readonly reasoningReplay: 'omit' | 'echo' | 'details';
  /**
   * `reasoning_details` of this format hold the signatures of a family that other platforms read and issue too; `none`:
   * nobody else reads any.
   */
  readonly signedDetails: 'none' | { readonly family: string; readonly format: string };
  /** Stands for reasoning on turns that have none of their own, where the server demands the field; `''`: nothing. */
  readonly reasoningPlaceholder: '' | ' ';
  /** `split`: reasoning that comes inside the text, between `<think>` tags, is taken out of it. */
  readonly thinkTags: 'keep' | 'split';
  /** `outside`: the server leaves reasoning tokens out of `completion_tokens`; they are added. */
  readonly reasoningTokens: 'inside' | 'outside';
  /** Who may speak right after the results of tools; `assistant`: a turn of the model goes before a user's. */
  readonly afterTools: 'any' | 'assistant';
  /** Send a tool result's function name as `name`. */
  readonly toolResultName: boolean;
  /** Have schemas of tools and answers enforced: rewritten into the strict subset, with a warning where that cannot be. */
  readonly strictTools: boolean;
  /** `plain`: without what many servers refuse (alternatives at the root, `null` types); `typed`: a type everywhere. */
  readonly toolSchemas: 'complete' | 'plain' | 'typed';
  /** Types of tools that run at the vendor which may stand in `extra`; `any`: whatever they are, they are sent. */
  readonly vendorTools: readonly string[] | 'any';
  /** The word for a call that must be made. */
  readonly requiredChoice: 'required' | 'any';
  /** `required`: the first call of a turn needs what came next to it, or the word that it is another model's. */
  readonly callSignature: 'echo' | 'required';
  /** What the server takes as a tool call's id; others are mapped to ids that fit. */
  readonly toolId: 'any' | 'max-40' | 'alphanumeric-9';
  /** How an answer is held to a schema; `json_object` and `instruct` put the schema into the system text. */
  readonly output: 'json_schema' | 'json_object' | 'instruct';
  /** Most stop sequences; `any` for no known limit. */
  readonly stopMax: number | 'any';
  /** Where the seed goes. */
  readonly seedField: 'seed' | 'random_seed';
  /** How a long prompt cache is asked for. */
  readonly cacheRequest: 'prompt_cache_retention' | 'none';
  /** Its words for the tiers of service; `none`: it has none. */
  readonly serviceTiers: 'none' | Readonly<Record<ServiceTier, string>>;
  /** Takes `top_k`, which the vendor of the wire never had. */
  readonly topK: boolean;
  /** Ask for usage in the stream (`stream_options.include_usage`). Some report it unasked and refuse the key. */
  readonly streamUsage: boolean;
  /** Members that are not sent, each with a warning when it was asked for. */
  readonly refuses: readonly ChatParameter[];
  /** Constant members of every body. */
  readonly extraBody: JsonObject;
}

/** api.openai.com, as its reference and the SDK's types describe it (openai 7.55, 2026-11-20). */
export const OPENAI_QUIRKS: ChatQuirks = {
  maxTokensField: 'max_completion_tokens',
  systemRole: 'system',
  content: 'parts',
  emptyContent: 'null',
  reasoningRequest: 'reasoning_effort',
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  reasoningOff: 'none',
  reasoningField: 'none',
  reasoningReplay: 'omit',
  signedDetails: 'none',
  reasoningPlaceholder: '',
  thinkTags: 'keep',
  reasoningTokens: 'inside',
  afterTools: 'any',
  toolResultName: false,
  strictTools: true,
  toolSchemas: 'complete',
  vendorTools: 'any',
  requiredChoice: 'required',
  callSignature: 'echo',
  toolId: 'max-40',
  output: 'json_schema',
  stopMax: 4,
  seedField: 'seed',
  cacheRequest: 'prompt_cache_retention',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
  topK: false,
  streamUsage: true,
  refuses: [],
  extraBody: {},
};

/** Servers that copied the wire of 2024: the start for every profile and for `openai://` DSNs. */
export const COMPATIBLE_QUIRKS: ChatQuirks = /* @__PURE__ */ extended(OPENAI_QUIRKS, {
  maxTokensField: 'max_tokens',
  efforts: ['low', 'medium', 'high'],
  reasoningField: 'reasoning_content',
  strictTools: false,
  stopMax: 'any',
  cacheRequest: 'none',
  serviceTiers: 'none',
  topK: true,
});
