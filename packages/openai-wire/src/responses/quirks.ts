import { extended, type WireQuirks } from '../quirks.ts';

/** Body members that some servers of this wire reject. A member in `refuses` is dropped with a warning. */
export const RESPONSES_PARAMETERS = [
  'temperature',
  'top_p',
  'top_logprobs',
  'max_output_tokens',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
] as const;

/** Member of a Responses request that a server may reject. */
export type ResponsesParameter = (typeof RESPONSES_PARAMETERS)[number];

/**
 * Differences between servers of the Responses wire in what they accept. Each quirk is named after the wire. A profile
 * states the source and the date of its quirks.
 */
export interface ResponsesQuirks extends WireQuirks {
  /** Place of `request.system`: the member `instructions`, or a first message with this role. */
  readonly systemRole: 'instructions' | 'developer' | 'system';
  /** `instructions` of a request without system text, for a backend that requires them; `''` for none. */
  readonly defaultInstructions: string;
  /** Member for the reasoning effort; `none` omits it with a warning. */
  readonly reasoningRequest: 'effort' | 'none';
  /** Value for effort `none`; `omit`: no member is sent. */
  readonly reasoningOff: 'none' | 'minimal' | 'low' | 'omit';
  /** Whether a summary of the reasoning is requested. Some models show nothing else of their reasoning. */
  readonly reasoningSummary: 'auto' | 'omit';
  /** `encrypted`: requested, and sent back to its issuer. `text`: items with plain text are sent back too. */
  readonly reasoningReplay: 'encrypted' | 'text' | 'omit';
  /** `parts`: a tool result with images is a list. `text`: its images follow in a user message, with a warning. */
  readonly toolResult: 'parts' | 'text';
  /** `stream`: the backend only streams. */
  readonly delivery: 'any' | 'stream';
  /** Members that are not sent. Each is reported by a warning if the request has it. */
  readonly refuses: readonly ResponsesParameter[];
}

/** Quirks of api.openai.com, from its reference and the types of the SDK (openai 7.55, 2026-11-20). */
export const OPENAI_RESPONSES_QUIRKS: ResponsesQuirks = {
  efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  strictTools: true,
  toolSchemas: 'complete',
  output: 'json_schema',
  cacheRequest: 'prompt_cache_retention',
  cacheTtls: ['30m', '12h'],
  cacheKey: 'prompt_cache_key',
  serviceTiers: { default: 'default', flex: 'flex', priority: 'priority' },
  extraBody: {},
  systemRole: 'instructions',
  defaultInstructions: '',
  reasoningRequest: 'effort',
  reasoningOff: 'none',
  reasoningSummary: 'omit',
  reasoningReplay: 'encrypted',
  toolResult: 'parts',
  delivery: 'any',
  refuses: [],
};

/** Quirks of servers that copied the wire: the defaults of profiles and of `openai-responses://` DSNs. */
export const COMPATIBLE_RESPONSES_QUIRKS: ResponsesQuirks = /* @__PURE__ */ extended(
  OPENAI_RESPONSES_QUIRKS,
  {
    efforts: ['low', 'medium', 'high'],
    strictTools: false,
    cacheRequest: 'none',
    cacheKey: 'none',
    serviceTiers: 'none',
    reasoningReplay: 'text',
    toolResult: 'text',
  },
);
