import { expect, it } from 'vitest';
import { turnProblem } from './check.ts';

it.each([
  [
    { text: 'a', usage: { inputTokens: 1 } },
    'has "inputTokens", which usage does not have; use one of input, output, cacheRead, cacheWrite, reasoning, details',
  ],
  [{ text: 'a', usage: { outptu: 1 } }, 'has "outptu", which usage does not have; did you mean "output"?'],
  [{ text: 'a', usage: 5 }, 'has usage that is a number'],
  [{ text: 'a', toolCalls: [{ name: 'f' }] }, 'has toolCalls that are not an array of { name, args }'],
])('reports the problem of the turn %j', (turn, problem) => {
  expect(turnProblem(turn)).toContain(problem);
});

it('accepts usage with known members', () => {
  expect(turnProblem({ text: 'a', usage: { input: 1, output: 2 } })).toBeUndefined();
});
