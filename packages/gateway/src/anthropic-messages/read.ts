import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { Refusal } from '../refusal.ts';
import { jsonObject } from '../reading/json-schema.ts';
import type { Media } from '../reading/media.ts';
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
} from '../reading/read.ts';
import { Transcript } from '../reading/transcript.ts';
import type { Asked } from '../wire.ts';
import { assistantPart, resultParts, texts, userPart } from './blocks.ts';
import { messagesTools } from './tools.ts';

/** What is read below, or stands for what happens anyhow. */
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

/** Why some of the rest is not taken over. */
const REASONS: Readonly<Record<string, string>> = {
  container: 'tools that run at a vendor are not offered',
  mcp_servers: 'tools that run at a vendor are not offered',
  context_management: 'the transcript is the client’s own',
};

/** What a request of Messages asks for. */
export interface MessagesAsked extends Omit<Asked, 'whole' | 'writer'> {
  readonly stops: readonly string[];
}

/** Strict: an error names the path. `counts`: only its tokens are asked for, so it has no limit of the answer. */
export function readMessages(value: unknown, media: Media, counts = false): MessagesAsked {
  const body = record(value, '');
  const notes = new Notes();
  notes.rest(body, TAKEN, REASONS);
  refuseThreads(body, notes);
  noteCitations(body, notes);
  const stops = maybe(body, 'stop_sequences', list(name)) ?? [];
  const transcript = transcriptOf(body, media);
  return {
    model: get(body, 'model', name),
    isStreamed: maybe(body, 'stream', flag) ?? false,
    request: {
      messages: transcript.messages,
      ...messagesTools(body, notes),
      ...settings(body, stops, counts),
    },
    metadata: maybe(body, 'metadata', record)?.value,
    notes: notes.all,
    stops,
  };
}

/** Going on with one, a client sends only what is new. By this code its SDK sends everything once more. */
function refuseThreads(body: Members, notes: Notes): void {
  const thread = maybe(body, 'thread', record);
  if (thread === undefined) return;
  const message = 'thread: "continue" is not taken: this gateway keeps no conversations; send all messages';
  if (get(thread, 'type', oneOf('create', 'continue')) === 'continue')
    throw new Refusal('invalid-request', message, { path: 'thread', code: 'thread_not_found' });
  notes.dropped('thread', 'this gateway keeps no conversations');
}

function transcriptOf(body: Members, media: Media): Transcript {
  const transcript = new Transcript();
  transcript.system(maybe(body, 'system', texts) ?? '');
  const turns = get(body, 'messages', list(record));
  if (turns.length === 0) wrong('messages', 'must not be empty');
  for (const turn of turns) addTurn(turn, transcript, media);
  return transcript;
}

function addTurn(turn: Members, transcript: Transcript, media: Media): void {
  const role = get(turn, 'role', oneOf('user', 'assistant', 'system'));
  if (role === 'system') {
    transcript.system(get(turn, 'content', texts));
    return;
  }
  const blocks = get(turn, 'content', blocksOf);
  if (role === 'assistant') {
    transcript.assistant(blocks.flatMap((block) => assistantPart(block)));
    return;
  }
  const isResult = ({ value }: Members): boolean => value['type'] === 'tool_result';
  for (const block of blocks.filter(isResult)) {
    transcript.result(
      get(block, 'tool_use_id', name),
      maybe(block, 'content', resultParts(media)) ?? [],
      maybe(block, 'is_error', flag),
    );
  }
  transcript.user(blocks.filter((block) => !isResult(block)).flatMap((block) => userPart(block, media)));
}

const blocksOf = (value: unknown, path: string): readonly Members[] =>
  typeof value === 'string' ? [{ value: { type: 'text', text: value }, path }] : list(record)(value, path);

function settings(body: Members, stops: readonly string[], counts: boolean): Partial<ChatRequest> {
  return present({
    maxTokens: counts ? undefined : get(body, 'max_tokens', whole(1)),
    temperature: maybe(body, 'temperature', number(0, 1)),
    topP: maybe(body, 'top_p', number(0, 1)),
    topK: maybe(body, 'top_k', whole(0)) || undefined,
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

function effortOf(body: Members): Effort | undefined {
  const config = maybe(body, 'output_config', record);
  const told = config && maybe(config, 'effort', oneOf<Effort>('low', 'medium', 'high', 'xhigh', 'max'));
  const thinking = maybe(body, 'thinking', record);
  const type = thinking && get(thinking, 'type', oneOf('enabled', 'disabled', 'adaptive', 'between_tools'));
  if (type === 'disabled') return 'none';
  if (told !== undefined || thinking === undefined || type !== 'enabled') return told;
  const budget = get(thinking, 'budget_tokens', whole(1024));
  return EFFORT_FROM.find(([least]) => budget >= least)?.[1];
}

function formOf(body: Members): JsonObject | undefined {
  const config = maybe(body, 'output_config', record);
  const format = (config && maybe(config, 'format', record)) ?? maybe(body, 'output_format', record);
  if (format === undefined) return undefined;
  get(format, 'type', oneOf('json_schema'));
  return get(format, 'schema', jsonObject);
}

/** Asked for of documents: where in a document a text rests, no wire but Claude's says. */
function noteCitations(body: Members, notes: Notes): void {
  const isAsked = blocksOfTurns(body).some(
    (block) => maybe(block, 'citations', record)?.value['enabled'] === true,
  );
  if (isAsked) notes.dropped('citations', 'places in documents have no form on most wires');
}

/** Where a prompt is cached is each provider's to say; that it is, and how long, is the client's. */
function cacheOf(body: Members): ChatRequest['cache'] {
  const marks = [body, ...blocksWithMarks(body)].flatMap(
    (block) => maybe(block, 'cache_control', record) ?? [],
  );
  if (marks.length === 0) return undefined;
  return marks.some((mark) => maybe(mark, 'ttl', text) === '1h') ? 'long' : 'short';
}

const blocksWithMarks = (body: Members): readonly Members[] => [
  ...blocks(body, 'system'),
  ...blocks(body, 'tools'),
  ...blocksOfTurns(body),
];

const blocksOfTurns = (body: Members): readonly Members[] =>
  blocks(body, 'messages').flatMap((turn) => blocks(turn, 'content'));

const blocks = (owner: Members, key: string): readonly Members[] =>
  Array.isArray(owner.value[key]) ? get(owner, key, list(record)) : [];
