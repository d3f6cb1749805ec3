import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { definedMembers } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { identifierOf } from '../parsing/identifier.ts';
import type { Media } from '../parsing/media.ts';
import { NO_FORM, Notes } from '../parsing/notes.ts';
import {
  boolean,
  array,
  nonEmptyString,
  number,
  oneOf,
  object,
  objects,
  string,
  integer,
  jsonObject,
  invalid,
  Fields,
} from '../parsing/fields.ts';
import { resultContent } from '../parsing/content.ts';
import { effortOfBudget } from '../parsing/effort.ts';
import { Transcript } from '../parsing/transcript.ts';
import { inOrder } from '../response/in-order.ts';
import type { ParsedRequest } from '../wire.ts';
import { assistantPart, texts, userPart } from './blocks.ts';
import { anthropicMessage } from './complete.ts';
import { MessagesWriter } from './stream.ts';
import { messagesTools } from './tools.ts';

/** Reasons for which members of a request are dropped, by name of the member. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['container', 'tools that the vendor runs are not supported'],
  ['mcp_servers', 'tools that the vendor runs are not supported'],
  ['context_management', 'the client manages its transcript'],
]);

/**
 * Parses a Messages request.
 *
 * @param purpose `count`: the request is for `count_tokens`, which does not require `max_tokens`
 */
export function parseMessages(
  value: unknown,
  media: Media,
  purpose: 'answer' | 'count' = 'answer',
): ParsedRequest {
  const body = object(value, '');
  const notes = new Notes();
  refuseThreads(body, notes);
  if (body.optional('service_tier', string) === 'standard_only') notes.dropped('service_tier', NO_FORM);
  notes.unknown(body.optional('thinking', object), 'type', 'budget_tokens');
  notes.unknown(body.optional('output_config', object), 'effort', 'format');
  const model = body.required('model', nonEmptyString);
  const metadata = body.optional('metadata', object);
  const stops = body.optional('stop_sequences', array(nonEmptyString)) ?? [];
  const parsed: ParsedRequest = {
    model,
    isStreamed: body.optional('stream', boolean) ?? false,
    request: {
      messages: transcriptOf(body, media, notes).messages,
      ...messagesTools(body, notes),
      ...settings(body, stops, purpose),
      ...definedMembers({ endUser: metadata && identifierOf(metadata, 'user_id', notes) }),
    },
    metadata: metadata?.value,
    notes: notes.all,
    complete: (response) => anthropicMessage(response, model, stops),
    createWriter: () => inOrder(new MessagesWriter(model, stops)),
  };
  noteCitations(body, notes);
  notes.unparsed(body, REASONS);
  return parsed;
}

/** Refuses a request that continues a stored thread. The error code causes the SDK to send all messages. */
function refuseThreads(body: Fields, notes: Notes): void {
  const thread = body.optional('thread', object);
  if (thread === undefined) return;
  const message =
    'thread: "continue" is not supported, because this gateway stores no conversations; send all messages';
  if (thread.required('type', oneOf('create', 'continue')) === 'continue')
    throw new Refusal('invalid-request', message, { path: 'thread', code: 'thread_not_found' });
  notes.dropped('thread', 'this gateway stores no conversations');
}

function transcriptOf(body: Fields, media: Media, notes: Notes): Transcript {
  const transcript = new Transcript(notes);
  transcript.system(body.optional('system', texts) ?? '');
  const read = objects((turn) => {
    addTurn(turn, transcript, media);
  });
  if (body.required('messages', read).length === 0) invalid('messages', 'must not be empty');
  return transcript;
}

function addTurn(turn: Fields, transcript: Transcript, media: Media): void {
  const role = turn.required('role', oneOf('user', 'assistant', 'system'));
  if (role === 'system') {
    transcript.system(turn.required('content', texts));
    return;
  }
  const blocks = turn.required('content', blocksOf);
  if (role === 'assistant') {
    transcript.assistant(blocks.flatMap((block) => assistantPart(block)));
    return;
  }
  const isResult = ({ value }: Fields): boolean => value['type'] === 'tool_result';
  for (const block of blocks.filter(isResult)) {
    transcript.result(
      block.required('tool_use_id', nonEmptyString),
      block.optional(
        'content',
        resultContent((part) => userPart(part, media)),
      ) ?? [],
      block.optional('is_error', boolean),
    );
  }
  transcript.user(blocks.filter((block) => !isResult(block)).flatMap((block) => userPart(block, media)));
}

const blocksOf = (value: unknown, path: string): readonly Fields[] =>
  typeof value === 'string' ? [new Fields({ type: 'text', text: value }, path)] : array(object)(value, path);

function settings(body: Fields, stops: readonly string[], purpose: 'answer' | 'count'): Partial<ChatRequest> {
  return definedMembers({
    maxTokens: purpose === 'count' ? undefined : body.required('max_tokens', integer(1)),
    temperature: body.optional('temperature', number(0, 1)),
    topP: body.optional('top_p', number(0, 1)),
    topK: body.optional('top_k', integer(0)) || undefined,
    stop: stops.length === 0 ? undefined : stops,
    reasoning: effortOf(body),
    output: formOf(body),
    cache: cacheOf(body),
  });
}

function effortOf(body: Fields): Effort | undefined {
  const config = body.optional('output_config', object);
  const effort = config && config.optional('effort', oneOf<Effort>('low', 'medium', 'high', 'xhigh', 'max'));
  const thinking = body.optional('thinking', object);
  const type =
    thinking && thinking.required('type', oneOf('enabled', 'disabled', 'adaptive', 'between_tools'));
  if (type === 'disabled') return 'none';
  // Older clients send a budget in place of an effort.
  if (effort === undefined && thinking !== undefined && type === 'enabled')
    return effortOfBudget(thinking.required('budget_tokens', integer(1024)));
  return effort;
}

function formOf(body: Fields): JsonObject | undefined {
  const config = body.optional('output_config', object);
  const oldFormat = body.optional('output_format', object);
  const format = config?.optional('format', object) ?? oldFormat;
  if (format === undefined) return undefined;
  format.required('type', oneOf('json_schema'));
  return format.required('schema', jsonObject);
}

/** Adds a warning if the request enables citations of documents, because only Claude's wire supports them. */
function noteCitations(body: Fields, notes: Notes): void {
  const hasCitations = blocksOfTurns(body).some(
    (block) => block.optional('citations', object)?.value['enabled'] === true,
  );
  if (hasCitations) notes.dropped('citations', 'most targets do not support citations of documents');
}

/** Returns the cache lifetime, or `undefined` without `cache_control`. Each provider chooses the positions of cache points. */
function cacheOf(body: Fields): ChatRequest['cache'] {
  const places = [body, ...blocks(body, 'system'), ...blocks(body, 'tools'), ...blocksOfTurns(body)];
  const marks = places.flatMap((block) => block.optional('cache_control', object) ?? []);
  if (marks.length === 0) return undefined;
  return marks.some((mark) => mark.optional('ttl', string) === '1h') ? 'long' : 'short';
}

const blocksOfTurns = (body: Fields): readonly Fields[] =>
  blocks(body, 'messages').flatMap((turn) => blocks(turn, 'content'));

const blocks = (owner: Fields, key: string): readonly Fields[] =>
  Array.isArray(owner.value[key]) ? owner.required(key, array(object)) : [];
