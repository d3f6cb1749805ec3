import { expect, it } from 'vitest';
import { toSdkToolCall } from './content.ts';
import { fromSdkMessage } from './messages.ts';

const inputOf = (raw: string): string =>
  toSdkToolCall({ type: 'tool-call', id: 'c', name: 't', args: {}, invalid: { raw } }).input;

it.each(['', ' \n', '{}', '{"path":"/"}', '[1]', 'null'])(
  'a call that must not run has an input that is not valid JSON: %j',
  (raw) => {
    expect(inputOf(raw).startsWith(raw.trim())).toBe(true);
    expect(inputOf(raw).trim()).not.toBe('');
    expect(() => JSON.parse(inputOf(raw)) as unknown).toThrow(SyntaxError);
  },
);

it('invalid JSON is passed on unchanged', () => {
  expect(inputOf('{"city": "Par')).toBe('{"city": "Par');
});

it('a call of a program returns with the id of its program and its token', () => {
  const call = {
    type: 'tool-call',
    id: 'c',
    name: 't',
    args: {},
    programId: 'p',
    replay: { family: 'f', data: { caller: 'p' } },
  } as const;
  const { providerMetadata: providerOptions = {} } = toSdkToolCall(call);
  const content = [
    { type: 'tool-call' as const, toolCallId: 'c', toolName: 't', input: {}, providerOptions },
  ];
  expect(fromSdkMessage({ role: 'assistant', content }, () => expect.unreachable())).toEqual([
    { role: 'assistant', parts: [call] },
  ]);
});
