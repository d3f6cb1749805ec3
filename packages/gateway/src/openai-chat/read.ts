import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/provider';
import { jsonObject } from '../reading/json-schema.ts';
import type { Media } from '../reading/media.ts';
import { metadataOf, tierOf } from '../reading/openai.ts';
import { Notes } from '../reading/notes.ts';
import { present } from '../reading/present.ts';
import {
  flag,
  get,
  list,
  maybe,
  name,
  number,
  oneOf,
  record,
  text,
  whole,
  wrong,
  type Members,
  type Read,
} from '../reading/read.ts';
import type { Asked } from '../wire.ts';
import { chatMessages } from './messages.ts';
import { chatTools } from './tools.ts';

/** What is read below, or stands for what happens anyhow. */
const TAKEN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'seed',
  'n',
  'response_format',
  'reasoning_effort',
  'service_tier',
  'logprobs',
  'top_logprobs',
  'prompt_cache_retention',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
]);

/** Why some of the rest is not taken over. */
const REASONS: Readonly<Record<string, string>> = {
  store: 'this gateway keeps nothing',
  logit_bias: 'tokens differ from target to target',
  web_search_options: 'tools that run at a vendor are not offered',
  prediction: 'most targets have no form for it',
  verbosity: 'most targets have no form for it',
};

/** What a request of Chat Completions asks for. */
export interface ChatAsked extends Omit<Asked, 'whole' | 'writer'> {
  readonly includesUsage: boolean;
}

/** Strict: an error names the path. */
export function readChat(value: unknown, media: Media): ChatAsked {
  const body = record(value, '');
  const notes = new Notes();
  const stream = maybe(body, 'stream_options', record);
  notes.rest(body, TAKEN, REASONS);
  refuseOthers(body);
  return {
    model: get(body, 'model', name),
    isStreamed: maybe(body, 'stream', flag) ?? false,
    includesUsage: (stream && maybe(stream, 'include_usage', flag)) ?? false,
    request: {
      messages: chatMessages(body, media).messages,
      ...chatTools(body, notes),
      ...settings(body),
      ...formOf(body),
    },
    metadata: metadataOf(body),
    notes: notes.all,
  };
}

function refuseOthers(body: Members): void {
  if ((maybe(body, 'n', whole(1)) ?? 1) > 1) wrong('n', 'must be 1: a chain gives one answer');
  const modalities = maybe(body, 'modalities', list(text)) ?? [];
  if (modalities.some((modality) => modality !== 'text')) wrong('modalities', 'must be text alone');
}

function settings(body: Members): Partial<ChatRequest> {
  return present({
    maxTokens: maybe(body, 'max_completion_tokens', whole(1)) ?? maybe(body, 'max_tokens', whole(1)),
    temperature: maybe(body, 'temperature', number(0, 2)),
    topP: maybe(body, 'top_p', number(0, 1)),
    frequencyPenalty: maybe(body, 'frequency_penalty', number(-2, 2)),
    presencePenalty: maybe(body, 'presence_penalty', number(-2, 2)),
    stop: maybe(body, 'stop', stops),
    seed: maybe(body, 'seed', whole(Number.MIN_SAFE_INTEGER)),
    reasoning: maybe(body, 'reasoning_effort', oneOf<Effort>(...EFFORTS)),
    serviceTier: tierOf(maybe(body, 'service_tier', text)),
    logprobs:
      maybe(body, 'logprobs', flag) === true ? (maybe(body, 'top_logprobs', whole(0, 20)) ?? 0) : undefined,
    cache: maybe(body, 'prompt_cache_retention', text) === '24h' ? 'long' : undefined,
  });
}

const stops: Read<readonly string[]> = (value, path) =>
  typeof value === 'string' ? [text(value, path)] : list(name)(value, path);

function formOf(body: Members): { readonly output?: JsonObject | 'json' } {
  const format = maybe(body, 'response_format', record);
  if (format === undefined) return {};
  const type = get(format, 'type', oneOf('text', 'json_object', 'json_schema'));
  if (type === 'text') return {};
  if (type === 'json_object') return { output: 'json' };
  return { output: get(get(format, 'json_schema', record), 'schema', jsonObject) };
}
