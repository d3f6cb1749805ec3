import { isRecord } from '@majordomo/core/toolkit';
import { isBase64 } from '../base64.ts';
import {
  anyObject,
  type Check,
  count,
  type Fields,
  flag,
  isString,
  list,
  number,
  object,
  oneOf,
  optionalNull,
  text,
} from '../shape.ts';

const any: Check = number(-Infinity, Infinity);
const integer: Check = number(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);

/** Checks of `Options` of ollama 0.6.4. The server accepts each option in requests and in model files. */
const OPTIONS: Fields = {
  f16_kv: flag,
  frequency_penalty: any,
  logits_all: flag,
  low_vram: flag,
  main_gpu: integer,
  min_p: any,
  mirostat: integer,
  mirostat_eta: any,
  mirostat_tau: any,
  num_batch: count,
  num_ctx: count,
  num_gpu: integer,
  num_keep: integer,
  // -1 means without a limit. -2 means until the context is full.
  num_predict: number(-2, Number.MAX_SAFE_INTEGER, true),
  num_thread: integer,
  numa: flag,
  penalize_newline: flag,
  presence_penalty: any,
  repeat_last_n: integer,
  repeat_penalty: any,
  seed: integer,
  stop: list(text),
  temperature: any,
  tfs_z: any,
  top_k: integer,
  top_p: any,
  typical_p: any,
  use_mlock: flag,
  use_mmap: flag,
  vocab_only: flag,
};

const image: Check = (value, path, report) => {
  if (!isString(value)) text(value, path, report);
  else if (value === '' || !isBase64(value)) report('image-source', path, 'illegal base64 data');
};

const call = object(
  { function: object({ name: text, arguments: anyObject }, { index: integer, description: text }) },
  { id: text, type: oneOf('function') },
);

const message = object(
  { role: oneOf('system', 'user', 'assistant', 'tool'), content: text },
  { thinking: text, images: list(image), tool_calls: list(call, 1), tool_name: text, tool_call_id: text },
);

const parameters: Check = (value, path, report) => {
  if (!isRecord(value)) anyObject(value, path, report);
  else if (value['type'] !== 'object')
    report('parameters-schema', path, "the schema must be of type 'object'");
};

const tool = object({
  type: oneOf('function'),
  function: object({ name: text }, { description: text, parameters }),
});

const think: Check = (value, path, report) => {
  if (typeof value !== 'boolean') oneOf('low', 'medium', 'high', 'max')(value, path, report);
};

/** Checks that a value is a number of seconds or a Go duration such as `1h30m`. */
const keepAlive: Check = (value, path, report) => {
  if (!isString(value)) any(value, path, report);
  else if (!/^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$|^-?\d+$/.test(value)) {
    report('keep-alive', path, `time: invalid duration "${value}"`);
  }
};

const format: Check = (value, path, report) => {
  if (isString(value)) oneOf('', 'json')(value, path, report);
  else anyObject(value, path, report);
};

/** Checks that a body of /api/chat has the keys and types of ollama 0.6.4 and of api/types.go (2026-11). */
export const ollamaShape: Check = object(
  { model: text, messages: list(message) },
  {
    stream: flag,
    format,
    keep_alive: optionalNull(keepAlive),
    tools: list(tool),
    think: optionalNull(think),
    options: object({}, OPTIONS),
    logprobs: flag,
    top_logprobs: number(0, 20, true),
    truncate: flag,
    shift: flag,
  },
);
