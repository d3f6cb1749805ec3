import { extended, type WireQuirks } from '../quirks.ts';

/** Properties of a Responses request that some servers reject. The quirk `refuses` lists the properties to drop. */
export const RESPONSES_PARAMETERS = [
  'temperature',
  'top_p',
  'top_logprobs',
  'max_output_tokens',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
] as const;

/** Property of a Responses request that a server may reject. */
export type ResponsesParameter = (typeof RESPONSES_PARAMETERS)[number];

/**
 * Differences between servers that implement Responses. Quirks determine only the request, because the reader accepts every known
 * form of a response. A profile states the source and the date of its quirks.
 */
export interface ResponsesQuirks extends WireQuirks {
  /** Form of `request.system`: the property `instructions`, or a first message with this role. */
  readonly systemRole: 'instructions' | 'developer' | 'system';
  /** `instructions` for a request without system text, for servers that require `instructions`. `''`: none are sent. */
  readonly defaultInstructions: string;
  /** Property for the reasoning effort. `none`: the effort is dropped with a warning. */
  readonly reasoningRequest: 'effort' | 'none';
  /** Value for the effort `none`. `omit`: the property is not sent. */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'omit';
  /** Reasoning summary for a request without `reasoningSummary`. Some models return no other text of their reasoning. */
  readonly reasoningSummary: 'auto' | 'omit';
  /** Reasoning that is sent back. `encrypted`: encrypted reasoning, which `include` requests. `text`: also plain text. */
  readonly reasoningReplay: 'encrypted' | 'text' | 'omit';
  /** Form of a tool result with media. `parts`: a list of parts. `text`: text, and media in a user message, with a warning. */
  readonly toolResult: 'parts' | 'text';
  /** Place of tools that a tool result loads. `additional_tools`: an item after the result. `none`: the property `tools`. */
  readonly toolLoading: 'additional_tools' | 'none';
  /** Delivery that the server supports. `stream`: only streaming requests. */
  readonly delivery: 'any' | 'stream';
  /** Properties that are not sent. A warning reports each, except `parallel_tool_calls`, which is not a setting of callers. */
  readonly refuses: readonly ResponsesParameter[];
}

/** Quirks of api.openai.com, from its API reference and the types of the SDK (openai 7.55, 2026-11-20). */
export const OPENAI_RESPONSES_QUIRKS: ResponsesQuirks = {
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  strictTools: true,
  toolSchemas: 'complete',
  output: 'json_schema',
  cacheRequest: 'prompt_cache_retention',
  cacheTtls: ['30m', '12h'],
  cacheKey: 'prompt_cache_key',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
  verbosity: true,
  endUser: true,
  extraBody: {},
  systemRole: 'instructions',
  defaultInstructions: '',
  reasoningRequest: 'effort',
  reasoningOff: 'none',
  reasoningSummary: 'omit',
  reasoningReplay: 'encrypted',
  toolResult: 'parts',
  toolLoading: 'none',
  delivery: 'any',
  refuses: [],
};

/** Quirks of compatible servers. These quirks are the defaults of profiles and of `openai-responses://` DSNs. */
export const COMPATIBLE_RESPONSES_QUIRKS: ResponsesQuirks = /* @__PURE__ */ extended(
  OPENAI_RESPONSES_QUIRKS,
  {
    efforts: ['low', 'medium', 'high'],
    strictTools: false,
    cacheRequest: 'none',
    cacheKey: 'none',
    serviceTiers: 'none',
    verbosity: false,
    endUser: false,
    reasoningReplay: 'text',
    toolResult: 'text',
  },
);
