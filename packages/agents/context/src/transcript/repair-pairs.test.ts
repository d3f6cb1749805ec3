import { assistant, toolResult, user, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import { repairPairs } from './repair-pairs.ts';

const calls = (...ids: readonly string[]): Message =>
  assistant(ids.map((id) => ({ type: 'tool-call', id, name: 'look', args: {} })));
const result = (callId: string): Message => toolResult({ callId, name: 'look', content: callId });

it('leaves complete pairs unchanged', () => {
  const messages = [user('go'), calls('a', 'b'), result('a'), result('b'), assistant('done')];
  expect(repairPairs(messages)).toEqual(messages);
});

it('adds an error as the result of a call without one', () => {
  const [, , tool] = repairPairs([user('go'), calls('a', 'b'), result('b')]);
  expect(tool?.parts).toMatchObject([
    {
      callId: 'a',
      name: 'look',
      content: [{ type: 'text', text: 'This call has no result.' }],
      isError: true,
    },
    { callId: 'b' },
  ]);
});

it('removes results without a call, and second results of a call', () => {
  const messages = [
    result('x'),
    user('go'),
    calls('a'),
    result('a'),
    result('a'),
    assistant('hi'),
    result('b'),
  ];
  expect(repairPairs(messages)).toEqual([user('go'), calls('a'), result('a'), assistant('hi')]);
});
