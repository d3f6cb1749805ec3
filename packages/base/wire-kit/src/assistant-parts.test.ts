import { assistant, user, type ModelRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import { withAssistantParts } from './transcript.ts';

const text = (value: string) => ({ type: 'text', text: value }) as const;
const reasoning = { type: 'reasoning', text: 'hm' } as const;
const request: ModelRequest = {
  tools: [],
  output: undefined,
  extra: {},
  messages: [user('hi'), assistant([reasoning, text('a')]), user('go on'), assistant([text('b')])],
};

it('removes and replaces parts of the model, and keeps other messages', () => {
  const changed = withAssistantParts(request, (part) => (part.type === 'reasoning' ? undefined : part));
  expect(changed.messages[1]?.parts).toEqual([text('a')]);
  expect(changed.messages[3]).toBe(request.messages[3]);
  const replaced = withAssistantParts(request, () => text('x'));
  expect(replaced.messages.map(({ parts }) => parts)).toEqual([
    [text('hi')],
    [text('x'), text('x')],
    [text('go on')],
    [text('x')],
  ]);
});

it('returns the same request if no part changes', () => {
  expect(withAssistantParts(request, (part) => part)).toBe(request);
});
