import { isRecord } from '@majordomo/core/toolkit';
import { isBase64 } from '../base64.ts';
import {
  anyObject,
  type Check,
  count,
  flag,
  isString,
  list,
  number,
  object,
  oneOf,
  tagged,
  text,
  textOr,
} from '../shape.ts';

const imageUrl: Check = (value, path, report) => {
  const [, data] = isString(value) ? (/^data:image\/\w+;base64,(.*)$/s.exec(value) ?? []) : [];
  if (!isString(value)) text(value, path, report);
  else if (data === undefined || data === '' || !isBase64(data))
    report('image-source', path, 'is not a base64 data URL');
};

const part = tagged('type', {
  text: object({ type: text, text }),
  image_url: object({ type: text, image_url: object({ url: imageUrl }) }),
});

const call = object({ id: text, type: oneOf('function'), function: object({ name: text, arguments: text }) });

const message = object(
  { role: oneOf('system', 'user', 'assistant', 'tool'), content: textOr(list(part, 1)) },
  { reasoning_content: text, tool_calls: list(call, 1), name: text, tool_call_id: text },
);

const parameters: Check = (value, path, report) => {
  if (!isRecord(value)) anyObject(value, path, report);
  else if (value['type'] !== 'object')
    report('parameters-schema', path, "the schema must be of type 'object'");
};

const tool = object({
  type: oneOf('function'),
  function: object({ name: text, description: text, parameters }),
});

/** Checks that the input of a text model has the documented keys and types (developers.cloudflare.com/workers-ai, 2026-11). */
export const runShape: Check = object(
  { messages: list(message, 1) },
  {
    tools: list(tool, 1),
    tool_choice: oneOf('auto', 'none', 'required'),
    stream: flag,
    max_tokens: count,
    temperature: number(0, 5),
    top_p: number(0, 2),
    top_k: number(1, 50, true),
    seed: number(1, 9_999_999_999, true),
    stop: textOr(list(text)),
    repetition_penalty: number(0, 2),
    frequency_penalty: number(-2, 2),
    presence_penalty: number(-2, 2),
    reasoning_effort: oneOf('low', 'medium', 'high'),
    response_format: object({ type: oneOf('json_object', 'json_schema') }, { json_schema: anyObject }),
    lora: text,
    raw: flag,
  },
);
