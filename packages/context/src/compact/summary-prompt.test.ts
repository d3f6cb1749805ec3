import { expect, it } from 'vitest';
import { summaryPrompt } from './summary-prompt.ts';

it.each([
  [1000, 700],
  [10, 30],
])('limits a summary of %i tokens to %i words', (tokens, words) => {
  const task = { lines: [], previous: undefined, focus: undefined, recentText: '', tokens };
  expect(summaryPrompt(task)).toContain(`at most ${words} words.`);
});
