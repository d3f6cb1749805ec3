import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compress, type ShareGpt, type ShareGptTurn } from '../src/index.ts';

const tokens = (text: string): number => text.length;
const conversationOf = (turns: readonly ShareGptTurn[]): ShareGpt => ({
  conversations: turns,
  timestamp: '2026-11-21T03:00:00.000Z',
  model: 'f/m',
  completed: true,
});
const LETTERS = { s: 'system', h: 'human', g: 'gpt', t: 'tool' } as const;
/** `shgt`: one entry a letter, of a hundred characters each. */
const written = (letters: string): ShareGpt =>
  conversationOf(
    Array.from(letters).map((letter, n) => ({
      from: LETTERS[letter as keyof typeof LETTERS],
      value: `${n} `.padEnd(100, letter),
    })),
  );
const shape = ({ conversations }: ShareGpt): string =>
  conversations.map(({ from, value }) => (value.startsWith('[') ? '…' : from[0])).join('');

it('leaves a conversation that fits as it is', () => {
  const conversation = written('shgtg');
  expect(compress(conversation, { tokens, targetTokens: 500 })).toEqual({
    conversation,
    omitted: 0,
    tokensBefore: 500,
    tokensAfter: 500,
    fits: true,
  });
});

it('leaves out the earliest of the middle, and says how much', () => {
  const { conversation, ...rest } = compress(written('shgtgtgtgtgtg'), { tokens, targetTokens: 1000 });
  expect(shape(conversation)).toBe('shgt…gtgtg');
  expect(conversation.conversations[4]).toEqual({ from: 'human', value: '[4 earlier entries are left out]' });
  expect(rest).toEqual({ omitted: 4, tokensBefore: 1300, tokensAfter: 932, fits: true });
});

it('keeps the first of each speaker and the last four whatever it takes, and says that it does not fit', () => {
  const { conversation, fits } = compress(written('shgthghghg'), { tokens, targetTokens: 1 });
  expect([shape(conversation), fits]).toEqual(['shgt…hghg', false]);
});

it.each([{ targetTokens: NaN }, { targetTokens: -1 }])('refuses %o', (wrong) => {
  expect(() => compress(written('hg'), { tokens, ...wrong })).toThrow(
    /^compress: \w+ must be a number of 0 or more, not /,
  );
});

it('keeps the order, the ends and every call with its results, whatever comes', () => {
  const turn = fc.constantFrom('h', 'g', 'gt');
  const conversations = fc.tuple(fc.constantFrom('', 's'), fc.array(turn, { maxLength: 30 }), fc.nat(3000));
  fc.assert(
    fc.property(conversations, ([system, turns, targetTokens]) => {
      const before = written(`${system}${turns.join('')}`);
      const { conversation, omitted, tokensAfter, fits } = compress(before, {
        tokens,
        targetTokens,
      });
      const remaining = conversation.conversations.filter(({ value }) => !value.startsWith('['));
      expect(remaining.length + omitted).toBe(before.conversations.length);
      expect(remaining).toEqual(before.conversations.filter((one) => remaining.includes(one)));
      expect(remaining.slice(-4)).toEqual(before.conversations.slice(-4));
      expect(tokensAfter).toBe(
        conversation.conversations.reduce((total, { value }) => total + value.length, 0),
      );
      expect(fits).toBe(tokensAfter <= targetTokens);
      for (const [at, { from }] of conversation.conversations.entries())
        if (from === 'tool') expect(conversation.conversations[at - 1]?.from).toBe('gpt');
    }),
    { numRuns: 500 },
  );
});
