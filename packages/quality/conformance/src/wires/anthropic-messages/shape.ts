import {
  anyObject,
  anything,
  asRecord,
  type Check,
  flag,
  integer,
  list,
  matching,
  type Members,
  nullable,
  number,
  object,
  oneOf,
  tagged,
  text,
  textOr,
} from '@majordomo/core/toolkit';
import { count } from '../shape.ts';

const TOOL_NAME = matching(
  /^[a-zA-Z0-9_-]{1,128}$/,
  'must have 1 to 128 letters, digits, "_" or "-"',
  'name-format',
);
const TOOL_ID = matching(/^[a-zA-Z0-9_-]+$/, 'must have only letters, digits, "_" and "-"', 'tool-id-format');

const CACHE = nullable(object({ type: oneOf('ephemeral') }, { ttl: oneOf('5m', '1h') }));
const CACHED: Members = { cache_control: CACHE };

const TEXT_BLOCK = object({ type: text, text }, { ...CACHED, citations: nullable(list(anyObject)) });

/** Checks the type of a source. Separate rules check the base64 text and the media type. */
const SOURCE = tagged('type', {
  base64: object({ type: text, media_type: text, data: text }),
  url: object({ type: text, url: text }),
  file: object({ type: text, file_id: text }),
  text: object({ type: text, media_type: text, data: text }),
  content: object({ type: text, content: anything }),
});

const IMAGE_BLOCK = object(
  { type: text, source: SOURCE },
  { ...CACHED, transformations: nullable(anyObject) },
);
const DOCUMENT_BLOCK = object(
  { type: text, source: SOURCE },
  { ...CACHED, citations: nullable(anyObject), context: nullable(text), title: nullable(text) },
);
const SEARCH_BLOCK = object(
  { type: text, content: list(TEXT_BLOCK, 1), source: text, title: text },
  { ...CACHED, citations: anyObject },
);

const RESULT_CONTENT = tagged('type', {
  text: TEXT_BLOCK,
  image: IMAGE_BLOCK,
  document: DOCUMENT_BLOCK,
  search_result: SEARCH_BLOCK,
  tool_reference: object({ type: text, tool_name: TOOL_NAME }, CACHED),
  browser_state: anyObject,
});

const TOOL_RESULT = object(
  { type: text, tool_use_id: TOOL_ID },
  { ...CACHED, content: textOr(list(RESULT_CONTENT)), is_error: flag, toolset_name: nullable(text) },
);

/** Types of blocks for vendor tools and their results. The validator does not check the contents of these blocks. */
export const SERVER_BLOCKS: readonly string[] = [
  'server_tool_use',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'advisor_tool_result',
  'mcp_tool_use',
  'mcp_tool_result',
  'container_upload',
  'compaction',
];

const serverBlocks: Members = Object.fromEntries(SERVER_BLOCKS.map((type) => [type, anyObject]));

const USER_BLOCK = tagged('type', {
  text: TEXT_BLOCK,
  image: IMAGE_BLOCK,
  document: DOCUMENT_BLOCK,
  search_result: SEARCH_BLOCK,
  tool_result: TOOL_RESULT,
  ...serverBlocks,
});

const ASSISTANT_BLOCK = tagged('type', {
  text: TEXT_BLOCK,
  thinking: object({ type: text, thinking: text, signature: text }),
  redacted_thinking: object({ type: text, data: text }),
  tool_use: object(
    { type: text, id: TOOL_ID, name: TOOL_NAME, input: anyObject },
    { ...CACHED, caller: anyObject, toolset_name: nullable(text) },
  ),
  ...serverBlocks,
});

const MESSAGE = tagged('role', {
  user: object({ role: text, content: textOr(list(USER_BLOCK)) }),
  assistant: object({ role: text, content: textOr(list(ASSISTANT_BLOCK)) }),
  system: object({ role: text, content: textOr(list(TEXT_BLOCK)) }),
});

const CUSTOM_TOOL = object(
  { name: TOOL_NAME, input_schema: anyObject },
  {
    ...CACHED,
    type: nullable(oneOf('custom')),
    description: text,
    allowed_callers: list(text),
    defer_loading: flag,
    eager_input_streaming: nullable(flag),
    input_examples: list(anyObject),
    strict: flag,
  },
);

/** Checks a tool. The type of a vendor tool contains a date, such as `web_search_20260209`. Its options are not checked. */
const TOOL: Check = (value) => {
  const { type } = asRecord(value);
  return typeof type === 'string' && /_\d{8}$/.test(type) ? undefined : CUSTOM_TOOL(value);
};

const SERIAL = { disable_parallel_tool_use: flag };

/**
 * Checks that a request has the keys and types of `MessageCreateParams` in @anthropic-ai/sdk 1.10 or of its beta variant. Also
 * accepts sampling options, which these types no longer contain, but which the API accepts (recorded 2026).
 */
export const messagesShape: Check = object(
  { model: text, max_tokens: count, messages: list(MESSAGE, 1) },
  {
    billing_policy: nullable(anyObject),
    cache_control: CACHE,
    compaction: nullable(anyObject),
    container: anything,
    context_management: nullable(anyObject),
    diagnostics: nullable(anyObject),
    fallback_credit_token: anything,
    fallbacks: anything,
    inference_geo: nullable(text),
    mcp_servers: list(anyObject),
    metadata: object({}, { user_id: nullable(text) }),
    output_config: object(
      {},
      {
        effort: nullable(oneOf('low', 'medium', 'high', 'xhigh', 'max')),
        format: nullable(object({ type: oneOf('json_schema'), schema: anyObject })),
        task_budget: nullable(anyObject),
      },
    ),
    output_format: nullable(object({ type: oneOf('json_schema'), schema: anyObject })),
    service_tier: oneOf('auto', 'standard_only'),
    speed: nullable(oneOf('standard', 'fast')),
    stop_sequences: list(text),
    stream: flag,
    system: textOr(list(TEXT_BLOCK)),
    temperature: number(0, 1),
    thinking: tagged('type', {
      enabled: object(
        { type: text, budget_tokens: count },
        { display: nullable(oneOf('summarized', 'omitted')) },
      ),
      adaptive: object({ type: text }, { display: nullable(oneOf('summarized', 'omitted')) }),
      disabled: object({ type: text }),
      between_tools: object({ type: text }),
    }),
    thread: nullable(anyObject),
    tool_choice: tagged('type', {
      auto: object({ type: text }, SERIAL),
      any: object({ type: text }, SERIAL),
      none: object({ type: text }),
      tool: object({ type: text, name: text }, SERIAL),
    }),
    tools: list(TOOL),
    top_k: integer(0),
    top_p: number(0, 1),
    user_profile_id: text,
    workspace_id: text,
  },
);
