import { checkNumber } from '@majordomo/core/toolkit';
import type { ShareGpt, ShareGptTurn } from './sharegpt.ts';

/** Number of entries at the end that are always retained. */
const KEPT_LAST = 4;

/** Length limits of a conversation for training. */
export interface CompressOptions {
  /** Function that returns the number of tokens in a text, such as `estimateTokens` of `@majordomo/catalog/tokens`. */
  readonly tokens: (text: string) => number;
  /** Maximum number of tokens of the conversation. @default 15_250 */
  readonly targetTokens?: number | undefined;
}

/** Shorter conversation with its token counts. */
export interface CompressedConversation {
  readonly conversation: ShareGpt;
  /** Number of omitted entries. */
  readonly omitted: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Whether the conversation has at most `targetTokens` tokens. False if the retained entries are too long. */
  readonly fits: boolean;
}

/**
 * Omits entries from the middle, the earliest first, until the conversation fits. Retains the first entry of the system, the
 * human, the model and the tools, and the last 4 entries. A call and its results are retained or omitted together.
 * An added entry states the number of omitted entries. Throws `config` for an invalid number.
 */
export function compress(conversation: ShareGpt, options: CompressOptions): CompressedConversation {
  const { tokens, targetTokens = 15_250 } = options;
  checkNumber(targetTokens, 0, 'targetTokens', 'compress: ');
  const { conversations: turns } = conversation;
  const lengths = turns.map(({ value }) => tokens(value));
  const before = sum(lengths);
  const head = headOf(turns);
  const tail = Math.max(head, tailOf(turns));
  let end = head;
  let left = before;
  while (left > targetTokens && end < tail) {
    end = unitEnd(turns, end, tail);
    left = before - sum(lengths.slice(head, end)) + tokens(omissionNote(end - head));
  }
  const omitted = end - head;
  const note: readonly ShareGptTurn[] =
    omitted === 0 ? [] : [{ from: 'human', value: omissionNote(omitted) }];
  return {
    conversation: {
      ...conversation,
      conversations: [...turns.slice(0, head), ...note, ...turns.slice(end)],
    },
    omitted,
    tokensBefore: before,
    tokensAfter: left,
    fits: left <= targetTokens,
  };
}

/** Returns the number of first entries to retain: those before the first one that repeats a role. Results stay with their call. */
function headOf(turns: readonly ShareGptTurn[]): number {
  const roles = new Set<string>();
  let end = 0;
  for (const { from } of turns) {
    if (roles.has(from)) break;
    roles.add(from);
    end++;
  }
  return turns[end]?.from === 'tool' ? end + 1 : end;
}

/** Returns the index of the first entry to retain at the end. It is not an entry of results, which belong to the call before them. */
function tailOf(turns: readonly ShareGptTurn[]): number {
  const begin = Math.max(0, turns.length - KEPT_LAST);
  return turns[begin]?.from === 'tool' ? begin - 1 : begin;
}

/** Returns the end of the entry at `begin`, including the results of its calls, which are the next entry. */
const unitEnd = (turns: readonly ShareGptTurn[], begin: number, limit: number): number =>
  begin + 1 < limit && turns[begin + 1]?.from === 'tool' ? begin + 2 : begin + 1;

const omissionNote = (count: number): string =>
  `[${count} earlier ${count === 1 ? 'entry is' : 'entries are'} left out]`;

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
