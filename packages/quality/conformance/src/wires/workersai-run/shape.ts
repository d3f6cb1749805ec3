import {
  anyObject,
  type Check,
  flag,
  integer,
  list,
  number,
  object,
  oneOf,
  tagged,
  text,
  textOr,
  where,
} from '@majordomo/core/toolkit';
import { isBase64 } from '../images.ts';
import { count, objectSchema } from '../shape.ts';

const imageUrl = where(
  text,
  (value) => {
    const [, data = ''] = /^data:image\/\w+;base64,(.*)$/s.exec(value) ?? [];
    return data !== '' && isBase64(data);
  },
  'is not a base64 data URL',
  'image-source',
);

const part = tagged('type', {
  text: object({ type: text, text }),
  image_url: object({ type: text, image_url: object({ url: imageUrl }) }),
});

const call = object({ id: text, type: oneOf('function'), function: object({ name: text, arguments: text }) });

const message = object(
  { role: oneOf('system', 'user', 'assistant', 'tool'), content: textOr(list(part, 1)) },
  { reasoning_content: text, tool_calls: list(call, 1), name: text, tool_call_id: text },
);

const tool = object({
  type: oneOf('function'),
  function: object({ name: text, description: text, parameters: objectSchema }),
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
    top_k: integer(1, 50),
    seed: integer(1, 9_999_999_999),
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
