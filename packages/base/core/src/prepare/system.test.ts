import { expect, it } from 'vitest';
import { type Message, user } from '../index.ts';
import { mergeSystem } from './output.ts';

const hi = user('hi');
const systemMessage = (...texts: string[]): Message => ({
  role: 'system',
  parts: texts.map((text) => ({ type: 'text', text })),
});

it.each<[string, string | undefined, Message[], string | undefined]>([
  ['the field alone', 'one', [hi], 'one'],
  ['no text', '', [hi], undefined],
  ['no field', undefined, [hi], undefined],
  [
    'the field and the messages after it',
    'one',
    [systemMessage('two'), hi, systemMessage('three', 'four')],
    'one\n\ntwo\n\nthree\n\nfour',
  ],
  ['messages without a field', undefined, [systemMessage('two'), hi], 'two'],
  ['empty messages', '', [systemMessage(''), systemMessage(), hi], undefined],
])('merges %s', (_, system, messages, folded) => {
  expect(mergeSystem({ system, messages })).toEqual({ system: folded, messages: [hi] });
});

it('does not copy a transcript without system messages', () => {
  const messages = [hi];
  expect(mergeSystem({ messages }).messages).toBe(messages);
});
