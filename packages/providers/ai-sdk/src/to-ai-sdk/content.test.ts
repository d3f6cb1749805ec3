import { expect, it } from 'vitest';
import { toSdkToolCall } from './content.ts';

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
