import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/toolkit';
import { jsonObject } from '../parsing/json-object.ts';
import type { Media } from '../parsing/media.ts';
import { metadataOf, tierOf } from '../parsing/openai.ts';
import { Notes } from '../parsing/notes.ts';
import { definedOnly } from '../parsing/defined.ts';
import {
  boolean,
  required,
  array,
  optional,
  nonEmptyString,
  number,
  oneOf,
  object,
  string,
  integer,
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import type { ParsedRequest } from '../wire.ts';
import { chatMessages } from './messages.ts';
import { chatTools } from './tools.ts';

/** Members that are parsed, or whose effect is the default. */
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
]);

/** Reasons why other members are dropped. */
const REASONS: Readonly<Record<string, string>> = {
  prompt_cache_key: 'most targets have no form for it',
  store: 'this gateway keeps nothing',
  logit_bias: 'tokens differ from target to target',
  web_search_options: 'tools that run at a vendor are not offered',
  prediction: 'most targets have no form for it',
  verbosity: 'most targets have no form for it',
};

/** A request of Chat Completions, after parsing. */
export interface ParsedChat extends Omit<ParsedRequest, 'complete' | 'createWriter'> {
  readonly includesUsage: boolean;
}

/** Parses strictly: an error names the path. */
export function parseChat(value: unknown, media: Media): ParsedChat {
  const body = object(value, '');
  const notes = new Notes();
  const stream = optional(body, 'stream_options', object);
  notes.unknown(body, TAKEN, REASONS);
  refuseOthers(body);
  return {
    model: required(body, 'model', nonEmptyString),
    isStreamed: optional(body, 'stream', boolean) ?? false,
    includesUsage: (stream && optional(stream, 'include_usage', boolean)) ?? false,
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

function refuseOthers(body: Fields): void {
  if ((optional(body, 'n', integer(1)) ?? 1) > 1) invalid('n', 'must be 1: a chain gives one answer');
  const modalities = optional(body, 'modalities', array(string)) ?? [];
  if (modalities.some((modality) => modality !== 'text')) invalid('modalities', 'must be text alone');
}

function settings(body: Fields): Partial<ChatRequest> {
  return definedOnly({
    maxTokens:
      optional(body, 'max_completion_tokens', integer(1)) ?? optional(body, 'max_tokens', integer(1)),
    temperature: optional(body, 'temperature', number(0, 2)),
    topP: optional(body, 'top_p', number(0, 1)),
    frequencyPenalty: optional(body, 'frequency_penalty', number(-2, 2)),
    presencePenalty: optional(body, 'presence_penalty', number(-2, 2)),
    stop: optional(body, 'stop', stops),
    seed: optional(body, 'seed', integer(Number.MIN_SAFE_INTEGER)),
    reasoning: optional(body, 'reasoning_effort', oneOf<Effort>(...EFFORTS)),
    serviceTier: tierOf(optional(body, 'service_tier', string)),
    logprobs:
      optional(body, 'logprobs', boolean) === true
        ? (optional(body, 'top_logprobs', integer(0, 20)) ?? 0)
        : undefined,
    cache: optional(body, 'prompt_cache_retention', string) === '24h' ? 'long' : undefined,
  });
}

const stops: Parser<readonly string[]> = (value, path) =>
  typeof value === 'string' ? [string(value, path)] : array(nonEmptyString)(value, path);

function formOf(body: Fields): { readonly output?: JsonObject | 'json' } {
  const format = optional(body, 'response_format', object);
  if (format === undefined) return {};
  const type = required(format, 'type', oneOf('text', 'json_object', 'json_schema'));
  if (type === 'text') return {};
  if (type === 'json_object') return { output: 'json' };
  return { output: required(required(format, 'json_schema', object), 'schema', jsonObject) };
}
