import { quirksFromParams as fromParams, type QuirkValues } from '@majordomo/wire-kit';
import { countOr, SENT_EFFORTS, wordsOf } from '../quirk-values.ts';
import type { ChatParameter, ChatQuirks } from './quirks.ts';

const REFUSABLE: readonly ChatParameter[] = [
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'stop',
  'seed',
  'max_tokens',
  'tool_choice',
  'reasoning_effort',
  'stream_options',
];

/** What a query may say of each quirk. */
const WORDS: {
  readonly [
    Name in Exclude<keyof ChatQuirks, 'extraBody' | 'vendorTools' | 'signedDetails' | 'serviceTiers'>
  ]: QuirkValues<ChatQuirks[Name]>;
} = {
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  systemRole: ['system', 'developer'],
  content: ['parts', 'string'],
  emptyContent: ['null', 'empty-string', 'absent'],
  reasoningRequest: ['reasoning_effort', 'reasoning.effort', 'thinking.type', 'enable_thinking', 'none'],
  efforts: wordsOf(SENT_EFFORTS),
  topK: [true, false],
  reasoningOff: ['none', 'minimal', 'low', 'thinking.disabled', 'omit'],
  reasoningField: ['reasoning_content', 'reasoning', 'none'],
  reasoningReplay: ['omit', 'echo', 'details'],
  reasoningPlaceholder: ['', ' '],
  thinkTags: ['keep', 'split'],
  reasoningTokens: ['inside', 'outside'],
  afterTools: ['any', 'assistant'],
  toolResultName: [true, false],
  strictTools: [true, false],
  toolSchemas: ['complete', 'plain', 'typed'],
  requiredChoice: ['required', 'any'],
  callSignature: ['echo', 'required'],
  toolId: ['any', 'max-40', 'alphanumeric-9'],
  output: ['json_schema', 'json_object', 'instruct'],
  stopMax: countOr('any'),
  seedField: ['seed', 'random_seed'],
  cacheRequest: ['prompt_cache_retention', 'none'],
  streamUsage: [true, false],
  refuses: wordsOf(REFUSABLE),
};

/**
 * Quirks from a DSN's query, such as `?maxTokensField=max_completion_tokens&streamUsage=false`. A key or a word that
 * no quirk knows is a `config` error: a typing error must not go unseen.
 */
export const quirksFromParams = (
  params: Readonly<Record<string, string>>,
  where: string,
): Partial<ChatQuirks> => fromParams(params, WORDS, where);
