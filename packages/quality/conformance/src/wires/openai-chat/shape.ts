import {
  anyObject,
  anything,
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
import type { ChatDialect } from './dialect.ts';

/** Returns a check that a body has the keys and types of `ChatCompletionCreateParams` (openai 7.55) and of the dialect. */
export function chatShape(dialect: ChatDialect): Check {
  return object(
    { model: text, messages: list(message(dialect), 1) },
    { ...REQUEST, ...tools(dialect), ...any(dialect.requestKeys) },
  );
}

/** Returns checks that accept any value under these keys. */
const any = (keys: readonly string[] = []): Members => Object.fromEntries(keys.map((key) => [key, anything]));
const NAME = matching(
  /^[a-zA-Z0-9_-]{1,64}$/,
  'must have 1 to 64 letters, digits, "_" or "-"',
  'name-format',
);

const responseFormat = tagged('type', {
  text: object({ type: text }),
  json_object: object({ type: text }),
  json_schema: object({
    type: text,
    json_schema: object({ name: NAME }, { description: text, schema: anyObject, strict: nullable(flag) }),
  }),
});

const toolChoice = textOr(
  tagged('type', {
    function: object({ type: text, function: object({ name: NAME }) }),
    custom: object({ type: text, custom: object({ name: NAME }) }),
    allowed_tools: object({ type: text, allowed_tools: anyObject }),
  }),
);

/** Checks of options. For most options `null` means "not set" (recorded with Together and Hugging Face). */
const REQUEST: Members = {
  audio: nullable(anyObject),
  frequency_penalty: nullable(number(-2, 2)),
  function_call: anything,
  functions: list(anyObject, 1, 128),
  logit_bias: nullable(anyObject),
  logprobs: nullable(flag),
  max_completion_tokens: nullable(count),
  max_tokens: nullable(count),
  metadata: nullable(anyObject),
  modalities: nullable(list(oneOf('text', 'audio'))),
  moderation: nullable(anyObject),
  n: nullable(integer(1, 128)),
  parallel_tool_calls: flag,
  prediction: nullable(anyObject),
  presence_penalty: nullable(number(-2, 2)),
  prompt_cache_key: nullable(text),
  prompt_cache_options: anyObject,
  prompt_cache_retention: nullable(oneOf('in_memory', '24h')),
  reasoning_effort: nullable(oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
  response_format: nullable(responseFormat),
  safety_identifier: nullable(text),
  seed: nullable(integer()),
  service_tier: nullable(oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast')),
  stop: nullable(textOr(list(text, 0, 4))),
  store: nullable(flag),
  stream: nullable(flag),
  stream_options: nullable(object({}, { include_obfuscation: flag, include_usage: flag })),
  temperature: nullable(number(0, 2)),
  tool_choice: nullable(toolChoice),
  top_logprobs: nullable(integer(0, 20)),
  top_p: nullable(number(0, 1)),
  user: text,
  verbosity: nullable(oneOf('low', 'medium', 'high')),
  web_search_options: anyObject,
};

function tools({ toolTypes = [], typelessTools = false }: ChatDialect): Members {
  const described = object(
    { name: NAME },
    { description: text, parameters: anyObject, strict: nullable(flag) },
  );
  const typeless = typelessTools ? object({ function: described }, { type: text }) : undefined;
  const members: Members = {
    function: object({ type: text, function: described }),
    custom: object({ type: text, custom: object({ name: NAME }, { description: text, format: anyObject }) }),
    ...Object.fromEntries(toolTypes.map((type) => [type, anyObject])),
  };
  const tool = tagged('type', members, typeless);
  return { tools: nullable(list(tool, 1, 128)) };
}

function message(dialect: ChatDialect): Check {
  const optionalName = { name: nullable(text) };
  const texts = textOr(list(TEXT_PART, 1));
  return tagged('role', {
    system: object({ role: text, content: texts }, optionalName),
    developer: object({ role: text, content: texts }, optionalName),
    user: object(
      { role: text, content: textOr(list(userPart(dialect), 1)) },
      { ...optionalName, ...any(dialect.userKeys) },
    ),
    assistant: assistant(dialect),
    tool: object({ role: text, content: textOr(list(toolPart, 1)), tool_call_id: text }),
    function: object({ role: text, content: nullable(text), name: NAME }),
  });
}

function assistant({ assistantKeys, toolCallKeys, partTypes = [] }: ChatDialect): Check {
  const more = any(toolCallKeys);
  const call = tagged('type', {
    function: object({ id: text, type: text, function: object({ name: NAME, arguments: text }) }, more),
    custom: object({ id: text, type: text, custom: object({ name: NAME, input: text }) }, more),
  });
  const part = tagged('type', {
    text: TEXT_PART,
    refusal: object({ type: text, refusal: text }),
    ...Object.fromEntries(partTypes.map((type) => [type, anyObject])),
  });
  return object(
    { role: text },
    {
      content: nullable(textOr(list(part, 1))),
      name: text,
      refusal: nullable(text),
      audio: nullable(object({ id: text })),
      // The types of openai 7.55 lack this key, but the API accepts it in answers that a client sends back (recorded 2026).
      annotations: nullable(list(anyObject)),
      function_call: nullable(object({ name: NAME, arguments: text })),
      tool_calls: list(call, 1),
      ...any(assistantKeys),
    },
  );
}

const TEXT_PART: Check = object({ type: text, text }, { prompt_cache_breakpoint: anyObject });

/** Checks a part of a tool message. A separate rule checks which types of parts are allowed. */
const toolPart: Check = tagged('type', { text: TEXT_PART }, anyObject);

function userPart({ partTypes = [] }: ChatDialect): Check {
  const breakpoint = { prompt_cache_breakpoint: anyObject };
  const image = object({ url: text }, { detail: oneOf('auto', 'low', 'high', 'original') });
  return tagged('type', {
    text: TEXT_PART,
    image_url: object({ type: text, image_url: image }, breakpoint),
    input_audio: object(
      { type: text, input_audio: object({ data: text, format: oneOf('wav', 'mp3') }) },
      breakpoint,
    ),
    file: object(
      { type: text, file: object({}, { file_data: text, file_id: text, filename: text }) },
      breakpoint,
    ),
    ...Object.fromEntries(partTypes.map((type) => [type, anyObject])),
  });
}
