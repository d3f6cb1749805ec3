import type { Effort, JsonObject, ServiceTier } from '@majordomo/core';
import { extended } from '../extended.ts';

/** Body members that some servers of this wire refuse: listed in `refuses`, they are dropped with a warning. */
export type ResponsesParameter =
  | 'temperature'
  | 'top_p'
  | 'top_logprobs'
  | 'max_output_tokens'
  | 'tool_choice'
  | 'parallel_tool_calls'
  | 'reasoning';

/**
 * Every way in which servers of the Responses wire differ in what they accept. Named after the wire; a profile states
 * its own with source and date. They decide what is sent: reading is liberal.
 */
export interface ResponsesQuirks {
  /** Where `request.system` goes: a member of its own, or a first message of that role. */
  readonly systemRole: 'instructions' | 'developer' | 'system';
  /** What a backend that refuses a body without `instructions` gets when there are none; `''`: nothing. */
  readonly defaultInstructions: string;
  /** `none`: no effort is sent, with a warning. */
  readonly reasoningRequest: 'effort' | 'none';
  /** The words for effort that it knows; for another one the next stronger is sent. */
  readonly efforts: readonly Exclude<Effort, 'none'>[];
  /** How effort `none` is said; `omit`: not at all. */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'omit';
  /** Ask for a summary of the reasoning, which is all that some models show of it. */
  readonly reasoningSummary: 'auto' | 'omit';
  /** `encrypted`: asked for, and sent back to its issuer; `text`: items with plain text go back too. */
  readonly reasoningReplay: 'encrypted' | 'text' | 'omit';
  /** Have schemas of tools and answers enforced: rewritten into the strict subset, with a warning where that cannot be. */
  readonly strictTools: boolean;
  /** `plain`: without what many servers refuse (alternatives at the root, `null` types); `typed`: a type everywhere. */
  readonly toolSchemas: 'complete' | 'plain' | 'typed';
  /** How an answer is held to a schema; `json_object` and `instruct` put the schema into the system text. */
  readonly output: 'json_schema' | 'json_object' | 'instruct';
  /** `parts`: a tool result with images is a list; `text`: its images follow in a user message, with a warning. */
  readonly toolResult: 'parts' | 'text';
  /** How a long prompt cache is asked for. */
  readonly cacheRequest: 'prompt_cache_retention' | 'none';
  /** Its words for the tiers of service; `none`: it has none. */
  readonly serviceTiers: 'none' | Readonly<Record<ServiceTier, string>>;
  /** `stream`: the backend gives events only. */
  readonly delivery: 'any' | 'stream';
  /** Members that are not sent, each with a warning when it was asked for. */
  readonly refuses: readonly ResponsesParameter[];
  /** Constant members of every body. */
  readonly extraBody: JsonObject;
}

/** api.openai.com, as its reference and the SDK's types describe it (openai 7.55, 2026-11-20). */
export const OPENAI_RESPONSES_QUIRKS: ResponsesQuirks = {
  systemRole: 'instructions',
  defaultInstructions: '',
  reasoningRequest: 'effort',
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  reasoningOff: 'none',
  reasoningSummary: 'omit',
  reasoningReplay: 'encrypted',
  strictTools: true,
  toolSchemas: 'complete',
  output: 'json_schema',
  toolResult: 'parts',
  cacheRequest: 'prompt_cache_retention',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
  delivery: 'any',
  refuses: [],
  extraBody: {},
};

/** Servers that copied the wire: the start for profiles and for `openai-responses://` DSNs. */
export const COMPATIBLE_RESPONSES_QUIRKS: ResponsesQuirks = /* @__PURE__ */ extended(
  OPENAI_RESPONSES_QUIRKS,
  {
    efforts: ['low', 'medium', 'high'],
    reasoningReplay: 'text',
    serviceTiers: 'none',
    strictTools: false,
    toolResult: 'text',
    cacheRequest: 'none',
  },
);
