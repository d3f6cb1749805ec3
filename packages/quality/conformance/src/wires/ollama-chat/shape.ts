import {
  anyObject,
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
  text,
  where,
} from '@majordomo/core/toolkit';
import { isBase64 } from '../images.ts';
import { count, isString, objectSchema } from '../shape.ts';

const anyNumber = number();
const whole = integer();

/** Checks of `Options` of ollama 0.6.4. The server accepts each option in requests and in model files. */
const OPTIONS: Members = {
  f16_kv: flag,
  frequency_penalty: anyNumber,
  logits_all: flag,
  low_vram: flag,
  main_gpu: whole,
  min_p: anyNumber,
  mirostat: whole,
  mirostat_eta: anyNumber,
  mirostat_tau: anyNumber,
  num_batch: count,
  num_ctx: count,
  num_gpu: whole,
  num_keep: whole,
  // -1 means without a limit. -2 means until the context is full.
  num_predict: integer(-2),
  num_thread: whole,
  numa: flag,
  penalize_newline: flag,
  presence_penalty: anyNumber,
  repeat_last_n: whole,
  repeat_penalty: anyNumber,
  seed: whole,
  stop: list(text),
  temperature: anyNumber,
  tfs_z: anyNumber,
  top_k: whole,
  top_p: anyNumber,
  typical_p: anyNumber,
  use_mlock: flag,
  use_mmap: flag,
  vocab_only: flag,
};

const image = where(text, (value) => value !== '' && isBase64(value), 'illegal base64 data', 'image-source');

const call = object(
  { function: object({ name: text, arguments: anyObject }, { index: whole, description: text }) },
  { id: text, type: oneOf('function') },
);

const message = object(
  { role: oneOf('system', 'user', 'assistant', 'tool'), content: text },
  { thinking: text, images: list(image), tool_calls: list(call, 1), tool_name: text, tool_call_id: text },
);

const tool = object({
  type: oneOf('function'),
  function: object({ name: text }, { description: text, parameters: objectSchema }),
});

const effort = oneOf('low', 'medium', 'high', 'max');
const think: Check = (value) => (typeof value === 'boolean' ? undefined : effort(value));

/** Checks that a value is a number of seconds or a Go duration such as `1h30m`. */
const keepAlive: Check = (value) => (isString(value) ? duration(value) : anyNumber(value));
const duration = matching(
  /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$|^-?\d+$/,
  'time: invalid duration',
  'keep-alive',
);

const formatName = oneOf('', 'json');
const format: Check = (value) => (isString(value) ? formatName(value) : anyObject(value));

/** Checks that a body of /api/chat has the keys and types of ollama 0.6.4 and of api/types.go (2026-11). */
export const ollamaShape: Check = object(
  { model: text, messages: list(message) },
  {
    stream: flag,
    format,
    keep_alive: nullable(keepAlive),
    tools: list(tool),
    think: nullable(think),
    options: object({}, OPTIONS),
    logprobs: flag,
    top_logprobs: integer(0, 20),
    truncate: flag,
    shift: flag,
  },
);
