/** Members of a response that are read elsewhere. */
const READ_MEMBERS: readonly string[] = [
  'id',
  'model',
  'object',
  'created_at',
  'completed_at',
  'status',
  'error',
  'incomplete_details',
  'output',
  'output_text',
  'usage',
  'service_tier',
  'input_transformations',
  'conversation',
];

/** Members of a response that repeat the request (`Response` of openai 7.55). */
const ECHOED_MEMBERS: readonly string[] = [
  'instructions',
  'metadata',
  'parallel_tool_calls',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
  'background',
  'image',
  'max_output_tokens',
  'max_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'store',
  'text',
  'safety_identifier',
  'top_logprobs',
  'truncation',
  'user',
  'frequency_penalty',
  'presence_penalty',
];

/** Members of a response that `VendorFacts.other` does not contain. */
export const KNOWN_MEMBERS: ReadonlySet<string> = new Set([...READ_MEMBERS, ...ECHOED_MEMBERS]);
