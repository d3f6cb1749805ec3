import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { asRecord, definedMembers, isRecord } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { identifierOf, effortOfBudget } from '../parsing/settings.ts';
import type { Media } from '../parsing/media.ts';
import { NO_EQUIVALENT, Notes } from '../parsing/notes.ts';
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
import { Transcript } from '../parsing/transcript.ts';
import { inOrder } from '../response/in-order.ts';
import type { ParsedRequest } from '../wire.ts';
import { assistantPart, texts, userPart } from './blocks.ts';
import { anthropicMessage } from './response.ts';
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
  const tier = body.optional('service_tier', string);
  if (tier !== undefined && tier !== 'auto') notes.dropped('service_tier', NO_EQUIVALENT);
  const model = body.required('model', nonEmptyString);
  const metadata = body.optional('metadata', object);
  const stops = body.optional('stop_sequences', array(nonEmptyString)) ?? [];
  const parsed: ParsedRequest = {
    model,
    isStreamed: body.optional('stream', boolean) ?? false,
    request: {
      messages: transcriptOf(body, media, notes).messages,
      ...messagesTools(body, notes),
      ...settings(body, stops, purpose, notes),
      ...definedMembers({ endUser: metadata && identifierOf(metadata, 'user_id', notes) }),
    },
    metadata: metadata?.value,
    notes: notes.all,
    complete: (response) => anthropicMessage(response, model, stops),
    createWriter: () => inOrder(new MessagesWriter(model, stops)),
  };
  noteCitations(body, notes);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body, REASONS);
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
  transcript.system(body.optional('system', texts(notes)) ?? '');
  const read = objects((turn) => {
    addTurn(turn, transcript, media);
  });
  if (body.required('messages', read).length === 0) invalid('messages', 'must not be empty');
  return transcript;
}

function addTurn(turn: Fields, transcript: Transcript, media: Media): void {
  const { notes } = transcript;
  const role = turn.required('role', oneOf('user', 'assistant', 'system'));
  if (role === 'system') {
    transcript.system(turn.required('content', texts(notes)));
    notes.unparsedInElement(turn, 'message');
    return;
  }
  const blocks = turn.required('content', blocksOf);
  notes.unparsedInElement(turn, 'message');
  if (role === 'assistant') {
    transcript.assistant(blocks.flatMap((block) => assistantPart(block, notes)));
    return;
  }
  const isResult = ({ value }: Fields): boolean => value['type'] === 'tool_result';
  // Results answer the calls of the turn before, so they precede the other blocks of this turn.
  for (const block of blocks.filter(isResult)) {
    transcript.result(
      block.required('tool_use_id', nonEmptyString),
      block.optional(
        'content',
        resultContent((part) => userPart(part, media, notes)),
      ) ?? [],
      block.optional('is_error', boolean),
    );
    notes.unparsedInElement(block, 'tool_result', 'type', 'cache_control');
  }
  transcript.user(
    blocks.filter((block) => !isResult(block)).flatMap((block) => userPart(block, media, notes)),
  );
}

const blocksOf = (value: unknown, path: string): readonly Fields[] =>
  typeof value === 'string' ? [new Fields({ type: 'text', text: value }, path)] : array(object)(value, path);

function settings(
  body: Fields,
  stops: readonly string[],
  purpose: 'answer' | 'count',
  notes: Notes,
): Partial<ChatRequest> {
  return definedMembers({
    maxTokens: purpose === 'count' ? undefined : body.required('max_tokens', integer(1)),
    temperature: body.optional('temperature', number(0, 1)),
    topP: body.optional('top_p', number(0, 1)),
    // 0 means no limit, and core accepts only integers from 1.
    topK: body.optional('top_k', integer(0)) || undefined,
    stop: stops.length === 0 ? undefined : stops,
    reasoning: effortOf(body, notes),
    output: formOf(body, notes),
    cache: cacheOf(body, notes),
  });
}

/** Returns the effort of `thinking` and `output_config`, which the contract expresses by one value. */
function effortOf(body: Fields, notes: Notes): Effort | undefined {
  const config = body.optional('output_config', object);
  const effort = config?.optional('effort', oneOf<Effort>('low', 'medium', 'high', 'xhigh', 'max'));
  const thinking = body.optional('thinking', object);
  if (thinking === undefined) return effort;
  const type = thinking.required('type', oneOf('enabled', 'disabled', 'adaptive', 'between_tools'));
  const display = thinking.optional('display', oneOf('summarized', 'omitted'));
  const budget = type === 'enabled' ? thinking.required('budget_tokens', integer(1024)) : undefined;
  notes.unparsedInObject(thinking);
  if (display === 'omitted')
    notes.dropped('thinking.display', 'a target that sends its reasoning is not asked to omit it');
  switch (type) {
    case 'enabled':
      // Older clients send a budget in place of an effort.
      if (effort === undefined) return effortOfBudget(budget ?? 0);
      notes.dropped('thinking.budget_tokens', 'the effort of output_config is used');
      return effort;
    case 'adaptive':
      if (effort !== undefined) return effort;
      // Without an effort, most Claude models use this one (platform.claude.com, 2026-11; 5.5 of Opus and Haiku use `medium`).
      notes.coerced(
        'thinking to effort high',
        'adaptive thinking without an effort has the default of most Claude models',
      );
      return 'high';
    case 'between_tools':
      notes.coerced('thinking to effort none', 'only some Claude models think between tools alone');
      break;
    case 'disabled':
  }
  if (effort !== undefined) notes.dropped('output_config.effort', 'thinking is off');
  return 'none';
}

function formOf(body: Fields, notes: Notes): JsonObject | undefined {
  const config = body.optional('output_config', object);
  const oldFormat = body.optional('output_format', object);
  const newFormat = config?.optional('format', object);
  const format = newFormat ?? oldFormat;
  notes.unparsedInObject(config, 'effort');
  if (newFormat !== undefined && oldFormat !== undefined)
    notes.dropped('output_format', 'the format of output_config is used');
  if (format === undefined) return undefined;
  format.required('type', oneOf('json_schema'));
  const schema = format.required('schema', jsonObject);
  notes.unparsedInObject(format);
  return schema;
}

/** Adds a warning if the request enables citations of documents, because only Claude's wire supports them. */
function noteCitations(body: Fields, notes: Notes): void {
  // In a text block, `citations` is an array of citations of an earlier response.
  const hasCitations = blocksOfTurns(body).some(
    ({ value: { citations } }) => asRecord(citations)['enabled'] === true,
  );
  if (hasCitations) notes.dropped('citations', 'most targets do not support citations of documents');
}

/** Returns the cache lifetime, or `undefined` without `cache_control`. Each provider chooses the positions of cache points. */
function cacheOf(body: Fields, notes: Notes): ChatRequest['cache'] {
  const places = [body, ...blocks(body, 'system'), ...blocks(body, 'tools'), ...blocksOfTurns(body)];
  const marks = places.flatMap((block) => block.optional('cache_control', object) ?? []);
  if (marks.length === 0) return undefined;
  const lifetimes = marks.map((mark) => {
    const ttl = mark.optional('ttl', oneOf('5m', '1h'));
    notes.unparsedInElement(mark, 'cache_control', 'type');
    return ttl;
  });
  return lifetimes.includes('1h') ? 'long' : 'short';
}

const blocksOfTurns = (body: Fields): readonly Fields[] =>
  blocks(body, 'messages').flatMap((turn) => blocks(turn, 'content').flatMap(withInner));

/** Returns a block, and the blocks inside it. Tool results, search results and the sources of documents contain blocks. */
function withInner(block: Fields): readonly Fields[] {
  const source = isRecord(block.value['source']) ? blocks(block.required('source', object), 'content') : [];
  return [block, ...[...blocks(block, 'content'), ...source].flatMap(withInner)];
}

const blocks = (owner: Fields, key: string): readonly Fields[] =>
  Array.isArray(owner.value[key]) ? owner.required(key, array(object)) : [];
