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
  has,
  maybe,
  name,
  number,
  oneOf,
  record,
  text,
  whole,
  wrong,
  type Members,
} from '../reading/read.ts';
import type { Asked } from '../wire.ts';
import type { Echo } from './response.ts';
import { responsesInput } from './items.ts';
import { responsesTools } from './tools.ts';

/** What is read below, or stands for what happens anyhow. */
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
  'prompt_cache_key',
  'include',
  'stream_options',
  'store',
]);

/** Members that count on what a server keeps, or does later. */
const STATE: readonly string[] = ['previous_response_id', 'conversation', 'prompt'];

/** What a request of Responses asks for. */
export interface ResponsesAsked extends Omit<Asked, 'whole' | 'writer'> {
  readonly echo: Echo;
}

/** Strict: an error names the path. */
export function readResponses(value: unknown, media: Media): ResponsesAsked {
  const body = record(value, '');
  const notes = new Notes();
  refuseState(body);
  notes.rest(body, new Set([...TAKEN, ...STATE, 'background']));
  if (maybe(body, 'store', flag) === true) notes.dropped('store', 'this gateway keeps nothing');
  const { request, known } = responsesTools(body, notes);
  const model = get(body, 'model', name);
  return {
    model,
    isStreamed: maybe(body, 'stream', flag) ?? false,
    request: { messages: responsesInput(body, media, known).messages, ...request, ...settings(body) },
    metadata: metadataOf(body),
    notes: notes.all,
    echo: { model, body: body.value, known },
  };
}

function refuseState(body: Members): void {
  for (const key of STATE) {
    if (has(body, key)) wrong(key, 'is not taken: this gateway keeps nothing; send the whole input');
  }
  if (maybe(body, 'background', flag) === true)
    wrong('background', 'is not taken: this gateway keeps nothing');
}

function settings(body: Members): Partial<ChatRequest> {
  const reasoning = maybe(body, 'reasoning', record);
  return present({
    maxTokens: maybe(body, 'max_output_tokens', whole(1)),
    temperature: maybe(body, 'temperature', number(0, 2)),
    topP: maybe(body, 'top_p', number(0, 1)),
    reasoning: reasoning && maybe(reasoning, 'effort', oneOf<Effort>(...EFFORTS)),
    serviceTier: tierOf(maybe(body, 'service_tier', text)),
    output: formOf(body),
    cache: maybe(body, 'prompt_cache_retention', text) === '24h' ? 'long' : undefined,
  });
}

function formOf(body: Members): JsonObject | 'json' | undefined {
  const config = maybe(body, 'text', record);
  const format = config && maybe(config, 'format', record);
  if (format === undefined) return undefined;
  const type = get(format, 'type', oneOf('text', 'json_object', 'json_schema'));
  if (type === 'json_schema') return get(format, 'schema', jsonObject);
  return type === 'json_object' ? 'json' : undefined;
}
