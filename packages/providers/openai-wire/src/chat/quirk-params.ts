import { quirksFromParams as fromParams, type QuirkValues } from '@majordomo/wire-kit/internal';
import { countOr, listOf, WIRE_QUIRK_VALUES } from '../quirk-values.ts';
import { CHAT_PARAMETERS, type ChatQuirks } from './quirks.ts';

/**
 * Values that a DSN accepts for each quirk. A query cannot express the excluded quirks, which are objects or lists of any
 * names.
 */
const VALUES: {
  readonly [
    Name in Exclude<
      keyof ChatQuirks,
      'extraBody' | 'vendorTools' | 'signedDetails' | 'serviceTiers' | 'replayedMembers'
    >
  ]: QuirkValues<ChatQuirks[Name]>;
} = {
  ...WIRE_QUIRK_VALUES,
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  systemRole: ['system', 'developer'],
  content: ['parts', 'string'],
  emptyContent: ['null', 'empty-string', 'absent'],
  reasoningRequest: ['reasoning_effort', 'reasoning.effort', 'thinking.type', 'enable_thinking', 'none'],
  topK: [true, false],
  reasoningOff: ['none', 'minimal', 'low', 'thinking.disabled', 'omit'],
  reasoningField: ['reasoning_content', 'reasoning', 'none'],
  reasoningReplay: ['omit', 'echo', 'details'],
  reasoningPlaceholder: ['', ' '],
  thinkTags: ['keep', 'split'],
  reasoningTokens: ['inside', 'outside'],
  afterTools: ['any', 'assistant'],
  toolResultName: [true, false],
  requiredChoice: ['required', 'any'],
  callSignature: ['echo', 'required'],
  toolId: ['any', 'max-40', 'alphanumeric-9'],
  stopMax: countOr('any'),
  seedField: ['seed', 'random_seed'],
  streamUsage: [true, false],
  refuses: listOf(CHAT_PARAMETERS),
};

/**
 * Returns the quirks in the query of a DSN, such as `?maxTokensField=max_completion_tokens&streamUsage=false`. Throws `config`
 * for an unknown name or value.
 *
 * @param where subject of the error message, such as the name of the environment variable
 */
export const quirksFromParams = (
  params: Readonly<Record<string, string>>,
  where: string,
): Partial<ChatQuirks> => fromParams(params, VALUES, where);
