import { quirksFromParams, type QuirkValues } from '@majordomo/wire-kit';
import { SENT_EFFORTS, wordsOf } from '../quirk-values.ts';
import type { ResponsesParameter, ResponsesQuirks } from './quirks.ts';

const REFUSABLE: readonly ResponsesParameter[] = [
  'temperature',
  'top_p',
  'top_logprobs',
  'max_output_tokens',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
];

/** What a query may say of each quirk; texts of one's own go into options. */
const WORDS: {
  readonly [
    Name in Exclude<keyof ResponsesQuirks, 'extraBody' | 'defaultInstructions' | 'serviceTiers'>
  ]: QuirkValues<ResponsesQuirks[Name]>;
} = {
  systemRole: ['instructions', 'developer', 'system'],
  reasoningRequest: ['effort', 'none'],
  efforts: wordsOf(SENT_EFFORTS),
  reasoningOff: ['none', 'minimal', 'low', 'omit'],
  reasoningSummary: ['auto', 'omit'],
  reasoningReplay: ['encrypted', 'text', 'omit'],
  strictTools: [true, false],
  toolSchemas: ['complete', 'plain', 'typed'],
  output: ['json_schema', 'json_object', 'instruct'],
  toolResult: ['parts', 'text'],
  cacheRequest: ['prompt_cache_retention', 'none'],
  delivery: ['any', 'stream'],
  refuses: wordsOf(REFUSABLE),
};

/** Quirks from a DSN's query, such as `?systemRole=developer`; what no quirk knows is a `config` error. */
export const responsesQuirksFromParams = (
  params: Readonly<Record<string, string>>,
  where: string,
): Partial<ResponsesQuirks> => quirksFromParams(params, WORDS, where);
