import { LlmError } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';

const BOOLEAN: readonly string[] = ['true', 'false'];

/** What a query may say of each quirk: one of these words, `count` (a number or `any`), or a comma list of them. */
const WORDS: Readonly<Record<Exclude<keyof ChatQuirks, 'extraBody'>, readonly string[] | 'count'>> = {
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  systemRole: ['system', 'developer'],
  content: ['parts', 'string'],
  emptyContent: ['null', 'empty-string', 'absent'],
  reasoningRequest: ['reasoning_effort', 'reasoning.effort', 'thinking.type', 'enable_thinking', 'none'],
  reasoningOff: ['none', 'minimal', 'low', 'thinking.disabled', 'omit'],
  reasoningField: ['reasoning_content', 'reasoning', 'none'],
  reasoningReplay: ['omit', 'echo', 'details'],
  reasoningTokens: ['inside', 'outside'],
  toolResultName: BOOLEAN,
  strictTools: BOOLEAN,
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
  const quirks: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(params)) {
    if (!isQuirk(name)) throw unknownQuirk(name, where);
    const words = WORDS[name];
    quirks[name] = valueOf(name, text, words, where);
  }
  return quirks;
}

const isQuirk = (name: string): name is keyof typeof WORDS => Object.hasOwn(WORDS, name);

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
  return words === BOOLEAN ? text === 'true' : text;
}

function unknownQuirk(name: string, where: string): LlmError {
  return new LlmError(
    'config',
    `${where}: unknown quirk "${name}"; known are ${Object.keys(WORDS).join(', ')}`,
  );
}

function badValue(name: string, text: string, words: readonly string[], where: string): LlmError {
  return new LlmError('config', `${where}: "${text}" is no value of ${name}; it takes ${words.join(', ')}`);
}
