import { user, type AssistantPart, type JsonValue, type ModelRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import { hasMembers, sentMembers, withoutKeptMembers } from './kept-members.ts';

const data = { signature: 's', members: { small: 1, large: 'x'.repeat(65_536), other: true } };

it('returns the accepted members, without those of more than 64 KiB', () => {
  expect(sentMembers(data, ['small', 'large', 'absent'])).toEqual({ small: 1 });
  expect(sentMembers('signature', ['small'])).toEqual({});
  expect(sentMembers(undefined, ['small'])).toEqual({});
});

it('removes the members and retains other replay data', () => {
  const call = { type: 'tool-call', id: 'c', name: 'f', args: {} } as const;
  const withData = (value: JsonValue): AssistantPart => ({ ...call, replay: { family: 'p', data: value } });
  const parts = [withData(data), withData({ members: {} }), withData('signature')];
  const request: ModelRequest = {
    messages: [user('hi'), { role: 'assistant', parts }],
    tools: [],
    output: undefined,
    extra: {},
  };
  expect(withoutKeptMembers(request)).toEqual({
    ...request,
    messages: [
      user('hi'),
      { role: 'assistant', parts: [withData({ signature: 's' }), call, withData('signature')] },
    ],
  });
  const unchanged = { ...request, messages: [user('hi')] };
  expect(withoutKeptMembers(unchanged)).toBe(unchanged);
  expect([hasMembers(data), hasMembers({ signature: 's' }), hasMembers(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});
