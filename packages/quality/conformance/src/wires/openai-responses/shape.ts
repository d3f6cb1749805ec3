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

const NAME = matching(
  /^[a-zA-Z0-9_-]{1,64}$/,
  'must have 1 to 64 letters, digits, "_" or "-"',
  'name-format',
);
const CALL_ID = matching(/^[^]{1,64}$/, 'must have 1 to 64 characters', 'call-id-format');
const STATUS = nullable(oneOf('in_progress', 'completed', 'incomplete'));

/** Types of items for vendor tools and recent features. The validator does not check the members of these items. */
export const VENDOR_ITEMS: readonly string[] = [
  'file_search_call',
  'web_search_call',
  'computer_call',
  'computer_call_output',
  'image_generation_call',
  'code_interpreter_call',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'mcp_list_tools',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'tool_search_call',
  'tool_search_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'item_reference',
  'compaction',
  'program',
  'program_output',
];

const vendorItems: Members = Object.fromEntries(VENDOR_ITEMS.map((type) => [type, anyObject]));

const inputText = object({ type: text, text }, { prompt_cache_breakpoint: anything });
const image = object(
  { type: text },
  {
    detail: nullable(oneOf('auto', 'low', 'high', 'original')),
    image_url: nullable(text),
    file_id: nullable(text),
    prompt_cache_breakpoint: anything,
  },
);
const file = object(
  { type: text },
  { detail: text, file_data: text, file_id: nullable(text), file_url: text, filename: text },
);
const inputPart = tagged('type', { input_text: inputText, input_image: image, input_file: file });

/** Checks the content of a message. A separate rule checks which types a role allows. */
const content = textOr(
  list(
    tagged('type', {
      input_text: inputText,
      input_image: image,
      input_file: file,
      output_text: object(
        { type: text, text },
        { annotations: list(anyObject), logprobs: nullable(list(anyObject)) },
      ),
      refusal: object({ type: text, refusal: text }),
    }),
  ),
);

const message = object(
  { role: oneOf('user', 'assistant', 'system', 'developer'), content },
  { type: oneOf('message'), id: text, status: STATUS, phase: nullable(oneOf('commentary', 'final_answer')) },
);

const tool = tagged(
  'type',
  {
    function: object(
      { type: text, name: NAME },
      {
        description: nullable(text),
        parameters: nullable(anyObject),
        strict: nullable(flag),
        defer_loading: flag,
        allowed_callers: anything,
        output_schema: anything,
      },
    ),
  },
  anyObject,
);

const typedItem = tagged('type', {
  ...vendorItems,
  message,
  additional_tools: object({ type: text, role: oneOf('developer'), tools: list(tool, 1) }, { id: text }),
  function_call: object(
    { type: text, call_id: CALL_ID, name: NAME, arguments: text },
    { id: nullable(text), status: STATUS, caller: nullable(anyObject), namespace: nullable(text) },
  ),
  function_call_output: object(
    { type: text, call_id: CALL_ID, output: textOr(list(inputPart)) },
    { id: nullable(text), status: STATUS, caller: nullable(anyObject) },
  ),
  reasoning: object(
    { type: text, summary: list(object({ type: oneOf('summary_text'), text })) },
    {
      id: nullable(text),
      status: STATUS,
      content: nullable(list(object({ type: oneOf('reasoning_text'), text }))),
      encrypted_content: nullable(text),
    },
  ),
});
/** Messages can lack a type. */
const item: Check = (value) => (asRecord(value)['type'] === undefined ? message(value) : typedItem(value));

const format = tagged('type', {
  text: object({ type: text }),
  json_object: object({ type: text }),
  json_schema: object(
    { type: text, name: NAME, schema: anyObject },
    { description: text, strict: nullable(flag) },
  ),
});

const reasoning = object(
  {},
  {
    context: nullable(text),
    effort: nullable(oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
    generate_summary: nullable(text),
    mode: nullable(text),
    summary: nullable(oneOf('auto', 'concise', 'detailed')),
  },
);

/** Checks that a body has the keys and types of `ResponseCreateParams` in openai 7.55. */
export const responsesShape: Check = object(
  { model: text, input: textOr(list(item, 1)) },
  {
    background: nullable(flag),
    context_management: anything,
    conversation: anything,
    include: nullable(list(text)),
    instructions: nullable(text),
    max_output_tokens: nullable(count),
    max_tool_calls: nullable(count),
    metadata: nullable(anyObject),
    moderation: anything,
    parallel_tool_calls: nullable(flag),
    previous_response_id: nullable(text),
    prompt: nullable(anyObject),
    prompt_cache_key: nullable(text),
    prompt_cache_options: anyObject,
    prompt_cache_retention: nullable(oneOf('in_memory', '24h')),
    // OpenRouter also offers this wire and sends this key (recorded 2026).
    provider: anyObject,
    reasoning: nullable(reasoning),
    safety_identifier: nullable(text),
    service_tier: nullable(oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast')),
    store: nullable(flag),
    stream: nullable(flag),
    stream_options: nullable(object({}, { include_obfuscation: flag })),
    temperature: nullable(number(0, 2)),
    text: object({}, { format, verbosity: nullable(oneOf('low', 'medium', 'high')) }),
    tool_choice: textOr(anyObject),
    tools: list(tool, 1, 128),
    top_logprobs: nullable(integer(0, 20)),
    top_p: nullable(number(0, 1)),
    truncation: nullable(oneOf('auto', 'disabled')),
    user: text,
  },
);
