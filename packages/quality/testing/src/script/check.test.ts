import { expect, it } from 'vitest';
import { operationProblem, turnProblem } from './check.ts';

it.each([
  [undefined, 'is not valid: is missing; it must be an object'],
  [7, 'is not valid: must be an object, not a number'],
  [['hi'], 'is not valid: must be an object, not an array'],
  [{ txt: 'hi' }, 'is not valid: txt is not a known member; did you mean "text"?'],
  [{ text: 1 }, 'is not valid: text must be a string, not a number'],
  [
    { text: 'a', usage: { inputTokens: 1 } },
    'is not valid: usage.inputTokens is not a known member; the members are input, output, cacheRead, cacheWrite, reasoning, details',
  ],
  [{ text: 'a', usage: 5 }, 'is not valid: usage must be an object, not a number'],
  [{ toolCalls: [{ name: 'f' }] }, 'is not valid: toolCalls[0].args is missing; it must be an object'],
  [{ fail: 'overload' }, 'did you mean "overloaded"?'],
  [{ hang: true, text: 'a' }, 'is not valid: text is not a known member'],
])('reports the problem of the turn %j', (turn, problem) => {
  expect(turnProblem(turn)).toContain(problem);
});

it.each(['a', { text: 'a', usage: { input: 1, output: 2 } }, { fail: 'server', after: 'a' }])(
  'accepts the turn %j',
  (turn) => {
    expect(turnProblem(turn)).toBeUndefined();
  },
);

it('accepts content before a failure of a chat and of speech only', () => {
  const failed = { fail: 'server', after: new Uint8Array(1) };
  expect(operationProblem(failed, 'speech')).toBeUndefined();
  expect(operationProblem(failed, 'embedding')).toContain('after is not a known member');
});
