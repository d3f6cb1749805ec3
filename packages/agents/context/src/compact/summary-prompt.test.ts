import { expect, it } from 'vitest';
import { summaryPrompt } from './summary-prompt.ts';

it.each([
  [1000, 700],
  [10, 30],
])('limits a summary of %i tokens to %i words', (tokens, words) => {
  const task = { lines: [], previous: undefined, focus: undefined, recentText: '', tokens };
  expect(summaryPrompt(task)).toContain(`at most ${words} words.`);
});

const SECTIONS = [
  'Latest request:',
  'Goal',
  'Constraints and preferences',
  'Done:',
  'Where things stand',
  'In progress',
  'Blocked',
  'Decisions',
  'Questions that were answered',
  'Questions that are open',
  'Files and places',
  'What remains',
  'Facts to keep:',
];

it('requests the sections in order', () => {
  const task = { lines: [], previous: undefined, focus: undefined, recentText: '', tokens: 100 };
  const lines = summaryPrompt(task).split('\n');
  const sections = lines.filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
  expect(sections).toHaveLength(SECTIONS.length);
  expect(sections.map((section, at) => section.slice(0, SECTIONS[at]?.length))).toEqual(SECTIONS);
});

it.each([
  ['', undefined, undefined, []],
  ['recent', undefined, undefined, ['<lately>\nrecent\n</lately>']],
  ['recent', 'focus', undefined, ['<focus>\nfocus\n</focus>']],
  ['', undefined, 'before', ['<summary-so-far>\nbefore\n</summary-so-far>']],
  ['recent', 'focus', 'before', ['<focus>\nfocus\n</focus>', '<summary-so-far>\nbefore\n</summary-so-far>']],
])('for the recent text %j, the focus %j and the summary %j has the blocks %j', (...row) => {
  const [recentText, focus, previous, blocks] = row;
  const prompt = summaryPrompt({ lines: ['a', 'b'], previous, focus, recentText, tokens: 100 });
  const found = [...prompt.matchAll(/^<([\w-]+)>\n[^]*?\n<\/\1>$/gm)].map(([block]) => block);
  expect(found).toEqual([...blocks, '<transcript>\na\nb\n</transcript>']);
  const paragraphs = prompt.split('\n\n');
  expect(paragraphs).toHaveLength(4 + blocks.length);
  for (const paragraph of paragraphs) expect(paragraph).toMatch(/^(?:[A-Z].*[.:]$|<transcript>$)/m);
});
