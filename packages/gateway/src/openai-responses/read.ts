import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/toolkit';
import { jsonObject } from '../parsing/json-object.ts';
import type { Media } from '../parsing/media.ts';
import { metadataOf, tierOf } from '../parsing/openai.ts';
import { Notes } from '../parsing/notes.ts';
import { definedOnly } from '../parsing/defined.ts';
import {
  array,
  boolean,
  required,
  isSet,
  optional,
  nonEmptyString,
  number,
  oneOf,
  object,
  string,
  integer,
  invalid,
  type Fields,
} from '../parsing/fields.ts';
import type { ParsedRequest } from '../wire.ts';
import type { Echo } from './response.ts';
import { responsesInput } from './items.ts';
import { responsesTools } from './tools.ts';

/** Members that are parsed, or whose effect is the default. */
const TAKEN: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'text',
  'reasoning',
  'service_tier',
  'prompt_cache_retention',
  'metadata',
  'user',
  'safety_identifier',
  'include',
  'stream_options',
  'store',
]);

const NO_FORM = 'most targets have no form for it';
/** The gateway sends it whenever a target does. */
const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Members that count on what a server keeps, or does later. */
const STATE: readonly string[] = ['previous_response_id', 'conversation', 'prompt'];

/** A request of Responses, after parsing. */
export interface ParsedResponses extends Omit<ParsedRequest, 'complete' | 'createWriter'> {
  readonly echo: Echo;
}

/** Parses strictly: an error names the path. */
export function parseResponses(value: unknown, media: Media): ParsedResponses {
  const body = object(value, '');
  const notes = new Notes();
  refuseState(body);
  notes.unknown(body, new Set([...TAKEN, ...STATE, 'background']), { prompt_cache_key: NO_FORM });
  noteSettings(body, notes);
  if (optional(body, 'store', boolean) === true) notes.dropped('store', 'this gateway keeps nothing');
  const { request, known } = responsesTools(body, notes);
  const model = required(body, 'model', nonEmptyString);
  return {
    model,
    isStreamed: optional(body, 'stream', boolean) ?? false,
    request: { messages: responsesInput(body, media, known).messages, ...request, ...settings(body) },
    metadata: metadataOf(body),
    notes: notes.all,
    echo: { model, body: body.value, known },
  };
}

function refuseState(body: Fields): void {
  for (const key of STATE) {
    if (isSet(body, key)) invalid(key, 'is not taken: this gateway keeps nothing; send the whole input');
  }
  if (optional(body, 'background', boolean) === true)
    invalid('background', 'is not taken: this gateway keeps nothing');
}

/** Settings inside members that are parsed. */
function noteSettings(body: Fields, notes: Notes): void {
  const config = optional(body, 'text', object);
  if (config !== undefined && isSet(config, 'verbosity')) notes.dropped('text.verbosity', NO_FORM);
  const reasoning = optional(body, 'reasoning', object);
  if (reasoning !== undefined && isSet(reasoning, 'summary')) notes.dropped('reasoning.summary', NO_FORM);
  for (const name of optional(body, 'include', array(string)) ?? []) {
    if (name !== ENCRYPTED_REASONING) notes.dropped(`include ${name}`, NO_FORM);
  }
}

function settings(body: Fields): Partial<ChatRequest> {
  const reasoning = optional(body, 'reasoning', object);
  return definedOnly({
    maxTokens: optional(body, 'max_output_tokens', integer(1)),
    temperature: optional(body, 'temperature', number(0, 2)),
    topP: optional(body, 'top_p', number(0, 1)),
    reasoning: reasoning && optional(reasoning, 'effort', oneOf<Effort>(...EFFORTS)),
    serviceTier: tierOf(optional(body, 'service_tier', string)),
    output: formOf(body),
    cache: optional(body, 'prompt_cache_retention', string) === '24h' ? 'long' : undefined,
  });
}

function formOf(body: Fields): JsonObject | 'json' | undefined {
  const config = optional(body, 'text', object);
  const format = config && optional(config, 'format', object);
  if (format === undefined) return undefined;
  const type = required(format, 'type', oneOf('text', 'json_object', 'json_schema'));
  if (type === 'json_schema') return required(format, 'schema', jsonObject);
  return type === 'json_object' ? 'json' : undefined;
}
