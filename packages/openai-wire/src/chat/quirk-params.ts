import { LlmError } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';

const BOOLEAN: readonly string[] = ['true', 'false'];

/** What a query may say of each quirk: one of these words, `count` (a number or `any`), or a comma list of them. */
const WORDS: Readonly<
  Record<
    Exclude<keyof ChatQuirks, 'extraBody' | 'vendorTools' | 'signedDetails'>,
    readonly string[] | 'count'
  >
> = {
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  systemRole: ['system', 'developer'],
  content: ['parts', 'string'],
  emptyContent: ['null', 'empty-string', 'absent'],
  reasoningRequest: ['reasoning_effort', 'reasoning.effort', 'thinking.type', 'enable_thinking', 'none'],
  reasoningOff: ['none', 'minimal', 'low', 'thinking.disabled', 'omit'],
  reasoningField: ['reasoning_content', 'reasoning', 'none'],
  reasoningReplay: ['omit', 'echo', 'details'],
  reasoningPlaceholder: ['', ' '],
  thinkTags: ['keep', 'split'],
  reasoningTokens: ['inside', 'outside'],
  toolResultName: BOOLEAN,
  strictTools: BOOLEAN,
  toolSchemas: ['whole', 'plain', 'typed'],
  requiredChoice: ['required', 'any'],
  toolId: ['any', 'max-40', 'alphanumeric-9'],
  output: ['json_schema', 'json_object', 'instruct'],
  stopMax: 'count',
  seedField: ['seed', 'random_seed'],
  cacheRequest: ['prompt_cache_retention', 'none'],
  streamUsage: BOOLEAN,
  refuses: [
    'temperature',
    'top_p',
    'stop',
    'seed',
    'max_tokens',
    'tool_choice',
    'reasoning_effort',
    'stream_options',
  ],
};

/**
 * Quirks from a DSN's query, such as `?maxTokensField=max_completion_tokens&streamUsage=false`. A key or a word that
 * no quirk knows is a `config` error: a typing error must not go unseen.
 */
export function quirksFromParams(
  params: Readonly<Record<string, string>>,
  where: string,
): Partial<ChatQuirks> {
  return wordsFromParams(params, WORDS, where);
}

/** What a query may say of each quirk: one of these words, `count`, or a comma list of the words of `refuses`. */
export type QuirkWords = Readonly<Record<string, readonly string[] | 'count'>>;

/** Reads a query by such a table, whatever wire it is of. */
export function wordsFromParams(
  params: Readonly<Record<string, string>>,
  table: QuirkWords,
  where: string,
): Readonly<Record<string, unknown>> {
  const quirks: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(params)) {
    const words = Object.hasOwn(table, name) ? table[name] : undefined;
    if (words === undefined) throw unknownQuirk(name, Object.keys(table), where);
    quirks[name] = valueOf(name, text, words, where);
  }
  return quirks;
}

function valueOf(name: string, text: string, words: readonly string[] | 'count', where: string): unknown {
  if (words === 'count') {
    if (text === 'any') return text;
    const count = Number(text);
    if (Number.isInteger(count) && count >= 0) return count;
    throw badValue(name, text, ['any', 'a number'], where);
  }
  const list = name === 'refuses' ? text.split(',') : [text];
  for (const word of list) if (!words.includes(word)) throw badValue(name, word, words, where);
  if (name === 'refuses') return list;
  return words[0] === 'true' ? text === 'true' : text;
}

function unknownQuirk(name: string, known: readonly string[], where: string): LlmError {
  return new LlmError('config', `${where}: unknown quirk "${name}"; known are ${known.join(', ')}`);
}

function badValue(name: string, text: string, words: readonly string[], where: string): LlmError {
  return new LlmError('config', `${where}: "${text}" is no value of ${name}; it takes ${words.join(', ')}`);
}
