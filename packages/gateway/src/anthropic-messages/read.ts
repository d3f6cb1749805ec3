import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { Refusal } from '../errors/refusal.ts';
import { jsonObject } from '../parsing/json-object.ts';
import type { Media } from '../parsing/media.ts';
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
} from '../parsing/fields.ts';
import { textPart, Transcript } from '../parsing/transcript.ts';
import type { ParsedRequest } from '../wire.ts';
import { assistantPart, resultParts, texts, userPart } from './blocks.ts';
import { messagesTools } from './tools.ts';

/** Members that are parsed, or whose effect is the default. */
const TAKEN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'tools',
  'tool_choice',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'cache_control',
  'service_tier',
  'thread',
]);

/** Reasons why other members are dropped. */
const REASONS: Readonly<Record<string, string>> = {
  container: 'tools that run at a vendor are not offered',
  mcp_servers: 'tools that run at a vendor are not offered',
  context_management: 'the transcript is the client’s own',
};

/** A request of Messages, after parsing. */
export interface ParsedMessages extends Omit<ParsedRequest, 'complete' | 'createWriter'> {
  readonly stops: readonly string[];
}

/** Parses a request. An error names the path. `counts`: a request to count tokens, which has no `max_tokens`. */
export function parseMessages(value: unknown, media: Media, counts = false): ParsedMessages {
  const body = object(value, '');
  const notes = new Notes();
  notes.unknown(body, TAKEN, REASONS);
  refuseThreads(body, notes);
  noteCitations(body, notes);
  if (optional(body, 'service_tier', string) === 'standard_only')
    notes.dropped('service_tier', 'most targets have no form for it');
  const stops = optional(body, 'stop_sequences', array(nonEmptyString)) ?? [];
  const transcript = transcriptOf(body, media, notes);
  return {
    model: required(body, 'model', nonEmptyString),
    isStreamed: optional(body, 'stream', boolean) ?? false,
    request: {
      messages: transcript.messages,
      ...messagesTools(body, notes),
      ...settings(body, stops, counts),
    },
    metadata: optional(body, 'metadata', object)?.value,
    notes: notes.all,
    stops,
  };
}

/** Going on with one, a client sends only what is new. By this code its SDK sends everything once more. */
function refuseThreads(body: Fields, notes: Notes): void {
  const thread = optional(body, 'thread', object);
  if (thread === undefined) return;
  const message = 'thread: "continue" is not taken: this gateway keeps no conversations; send all messages';
  if (required(thread, 'type', oneOf('create', 'continue')) === 'continue')
    throw new Refusal('invalid-request', message, { path: 'thread', code: 'thread_not_found' });
  notes.dropped('thread', 'this gateway keeps no conversations');
}

function transcriptOf(body: Fields, media: Media, notes: Notes): Transcript {
  const transcript = new Transcript();
  transcript.system(optional(body, 'system', texts) ?? '');
  const turns = required(body, 'messages', array(object));
  if (turns.length === 0) invalid('messages', 'must not be empty');
  for (const turn of turns) addTurn(turn, transcript, media, notes);
  return transcript;
}

function addTurn(turn: Fields, transcript: Transcript, media: Media, notes: Notes): void {
  const role = required(turn, 'role', oneOf('user', 'assistant', 'system'));
  if (role === 'system') {
    addSystemTurn(required(turn, 'content', texts), transcript, notes);
    return;
  }
  const blocks = required(turn, 'content', blocksOf);
  if (role === 'assistant') {
    transcript.assistant(blocks.flatMap((block) => assistantPart(block)));
    return;
  }
  const isResult = ({ value }: Fields): boolean => value['type'] === 'tool_result';
  for (const block of blocks.filter(isResult)) {
    transcript.result(
      required(block, 'tool_use_id', nonEmptyString),
      optional(block, 'content', resultParts(media)) ?? [],
      optional(block, 'is_error', boolean),
    );
  }
  transcript.user(blocks.filter((block) => !isResult(block)).flatMap((block) => userPart(block, media)));
}

/**
 * Adds a system turn. After the first other turn it becomes user text in tags that Claude knows: at the top it would change the
 * cached beginning of the conversation with every reminder.
 */
function addSystemTurn(text: string, transcript: Transcript, notes: Notes): void {
  if (text === '') return;
  if (transcript.messages.every(({ role }) => role === 'system')) {
    transcript.system(text);
    return;
  }
  transcript.user(textPart(`<system-reminder>\n${text}\n</system-reminder>`));
  notes.coerced('system', 'a system turn inside the conversation is sent as user text');
}

const blocksOf = (value: unknown, path: string): readonly Fields[] =>
  typeof value === 'string' ? [{ value: { type: 'text', text: value }, path }] : array(object)(value, path);

function settings(body: Fields, stops: readonly string[], counts: boolean): Partial<ChatRequest> {
  return definedOnly({
    maxTokens: counts ? undefined : required(body, 'max_tokens', integer(1)),
    temperature: optional(body, 'temperature', number(0, 1)),
    topP: optional(body, 'top_p', number(0, 1)),
    topK: optional(body, 'top_k', integer(0)) || undefined,
    stop: stops.length === 0 ? undefined : stops,
    reasoning: effortOf(body),
    output: formOf(body),
    cache: cacheOf(body),
  });
}

/** From so many tokens on; what each effort costs at Claude. */
const EFFORT_FROM: readonly (readonly [number, Effort])[] = [
  [48_000, 'max'],
  [32_000, 'xhigh'],
  [16_000, 'high'],
  [8000, 'medium'],
  [2000, 'low'],
  [0, 'minimal'],
];

function effortOf(body: Fields): Effort | undefined {
  const config = optional(body, 'output_config', object);
  const told = config && optional(config, 'effort', oneOf<Effort>('low', 'medium', 'high', 'xhigh', 'max'));
  const thinking = optional(body, 'thinking', object);
  const type =
    thinking && required(thinking, 'type', oneOf('enabled', 'disabled', 'adaptive', 'between_tools'));
  if (type === 'disabled') return 'none';
  if (told !== undefined || thinking === undefined || type !== 'enabled') return told;
  const budget = required(thinking, 'budget_tokens', integer(1024));
  return EFFORT_FROM.find(([least]) => budget >= least)?.[1];
}

function formOf(body: Fields): JsonObject | undefined {
  const config = optional(body, 'output_config', object);
  const format = (config && optional(config, 'format', object)) ?? optional(body, 'output_format', object);
  if (format === undefined) return undefined;
  required(format, 'type', oneOf('json_schema'));
  return required(format, 'schema', jsonObject);
}

/** Reports citations of documents as dropped, because other wires than Claude's have none. */
function noteCitations(body: Fields, notes: Notes): void {
  const isAsked = blocksOfTurns(body).some(
    (block) => optional(block, 'citations', object)?.value['enabled'] === true,
  );
  if (isAsked) notes.dropped('citations', 'places in documents have no form on most wires');
}

/** Reads whether and how long the prompt is cached. Each provider chooses the positions. */
function cacheOf(body: Fields): ChatRequest['cache'] {
  const marks = [body, ...blocksWithMarks(body)].flatMap(
    (block) => optional(block, 'cache_control', object) ?? [],
  );
  if (marks.length === 0) return undefined;
  return marks.some((mark) => optional(mark, 'ttl', string) === '1h') ? 'long' : 'short';
}

const blocksWithMarks = (body: Fields): readonly Fields[] => [
  ...blocks(body, 'system'),
  ...blocks(body, 'tools'),
  ...blocksOfTurns(body),
];

const blocksOfTurns = (body: Fields): readonly Fields[] =>
  blocks(body, 'messages').flatMap((turn) => blocks(turn, 'content'));

const blocks = (owner: Fields, key: string): readonly Fields[] =>
  Array.isArray(owner.value[key]) ? required(owner, key, array(object)) : [];
