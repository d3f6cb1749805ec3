import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { definedMembers, EFFORTS } from '@majordomo/core/toolkit';
import type { Media } from '../parsing/media.ts';
import {
  cacheOf,
  endUserOf,
  formatSchema,
  metadataOf,
  noteStreamOptions,
  tierOf,
  verbosity,
} from '../parsing/openai.ts';
import { choicesOf } from '../parsing/settings.ts';
import { NO_EQUIVALENT, Notes } from '../parsing/notes.ts';
import {
  boolean,
  array,
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
import { chatCompletion } from './response.ts';
import { chatMessages } from './messages.ts';
import { ChatWriter, StreamedCompletion } from './stream.ts';
import { chatTools } from './tools.ts';

/** Reasons for which members of a request are dropped, by name of the member. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['store', 'this gateway stores no chat completions'],
  ['logit_bias', 'tokens differ between targets'],
  ['web_search_options', 'tools that the vendor runs are not supported'],
  ['prediction', NO_EQUIVALENT],
]);

/** Parses a Chat Completions request. */
export function parseChat(value: unknown, media: Media): ParsedRequest {
  const body = object(value, '');
  const notes = new Notes();
  const choices = choicesOf(body, 'n', notes);
  refuseOtherModalities(body);
  const model = body.required('model', nonEmptyString);
  const includesUsage = noteStreamOptions(body, notes)?.optional('include_usage', boolean) ?? false;
  const completion = new StreamedCompletion(model, { choices, includesUsage });
  const parsed: ParsedRequest = {
    model,
    choices,
    isStreamed: body.optional('stream', boolean) ?? false,
    request: {
      messages: chatMessages(body, media, notes).messages,
      ...chatTools(body, notes),
      ...settings(body, notes),
      ...formOf(body, notes),
    },
    metadata: metadataOf(body),
    notes: notes.all,
    complete: (response, others) => chatCompletion([response, ...others], model),
    createWriter: (choice) => new ChatWriter(completion, choice),
  };
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body, REASONS);
  return parsed;
}

function refuseOtherModalities(body: Fields): void {
  const modalities = body.optional('modalities', array(string)) ?? [];
  if (modalities.some((modality) => modality !== 'text')) invalid('modalities', 'must contain only text');
}

function settings(body: Fields, notes: Notes): Partial<ChatRequest> {
  const oldMax = body.optional('max_tokens', integer(1));
  const maxTokens = body.optional('max_completion_tokens', integer(1)) ?? oldMax;
  if (oldMax !== undefined && oldMax !== maxTokens)
    notes.dropped('max_tokens', 'max_completion_tokens is used');
  const topLogprobs = body.optional('top_logprobs', integer(0, 20)) ?? 0;
  const hasLogprobs = body.optional('logprobs', boolean) === true;
  if (topLogprobs > 0 && !hasLogprobs) notes.dropped('top_logprobs', 'logprobs is not true');
  return definedMembers({
    maxTokens,
    temperature: body.optional('temperature', number(0, 2)),
    topP: body.optional('top_p', number(0, 1)),
    frequencyPenalty: body.optional('frequency_penalty', number(-2, 2)),
    presencePenalty: body.optional('presence_penalty', number(-2, 2)),
    stop: body.optional('stop', stops),
    seed: body.optional('seed', integer(Number.MIN_SAFE_INTEGER)),
    reasoning: body.optional('reasoning_effort', oneOf<Effort>(...EFFORTS)),
    verbosity: body.optional('verbosity', verbosity),
    endUser: endUserOf(body, notes),
    serviceTier: tierOf(body, notes),
    // 0 requests the log probabilities of the chosen tokens only.
    logprobs: hasLogprobs ? topLogprobs : undefined,
    cache: cacheOf(body, notes),
  });
}

const stops: Parser<readonly string[]> = (value, path) =>
  typeof value === 'string' ? [string(value, path)] : array(nonEmptyString)(value, path);

function formOf(body: Fields, notes: Notes): { readonly output?: JsonObject | 'json' } {
  const format = body.optional('response_format', object);
  if (format === undefined) return {};
  const type = format.required('type', oneOf('text', 'json_object', 'json_schema'));
  const schema = type === 'json_schema' ? format.required('json_schema', object) : undefined;
  notes.unparsedInObject(format);
  if (schema !== undefined) return { output: formatSchema(schema, notes) };
  return type === 'json_object' ? { output: 'json' } : {};
}
