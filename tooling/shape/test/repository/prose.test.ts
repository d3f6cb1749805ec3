import { expect, test } from 'vitest';
import { EXCEPTIONS, EXPRESSIONS } from '../../src/prose-rules.ts';
import { addedLines, findings, inCode, inMarkdown } from '../../src/prose.ts';

test('reads comments and not code', () => {
  const code = `/** Returns a.\n * More. */\nconst a = 'b'; // not alone\n  // alone\n/**\n * Noun.\n */\n`;
  expect(inCode('f.ts', code).map(({ line, text, isOpening }) => [line, text, isOpening])).toEqual([
    [1, 'Returns a.', true],
    [2, 'More.', false],
    [4, 'alone', false],
    [6, 'Noun.', true],
  ]);
});

test('reads Markdown outside code blocks', () => {
  expect(inMarkdown('f.md', 'One\n\n```ts\ncode\n```\nTwo').map(({ line, text }) => [line, text])).toEqual([
    [1, 'One'],
    [6, 'Two'],
  ]);
});

test.each([
  ['added by hand', ['manually']],
  ['`beside` is a name', []],
  ['a stand-alone server', []],
  ['The server goes on anew', ['continues', 'again']],
])('reports expressions with their replacements in "%s"', (text, expected) => {
  const found = findings([{ file: 'f.md', line: 1, text, isOpening: false }], EXPRESSIONS, EXCEPTIONS);
  expect(found.flatMap(({ expressions }) => expressions.map(({ replacement }) => replacement))).toEqual(
    expected,
  );
});

test('reports openings only at the start of a block comment', () => {
  const line = { file: 'f.ts', line: 1, text: 'What it is' };
  const count = (isOpening: boolean) => findings([{ ...line, isOpening }], EXPRESSIONS, EXCEPTIONS).length;
  expect([count(true), count(false)]).toEqual([1, 0]);
});

test('finds the lines that a diff adds', () => {
  const diff = [
    'diff --git a/x.md b/x.md',
    '--- a/x.md',
    '+++ b/x.md',
    '@@ -3,0 +4,2 @@',
    '+One',
    '+Two',
    '@@ -9 +11 @@',
    '-Old',
    '+New',
    '--- a/gone.md',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
  ].join('\n');
  expect([...addedLines(diff)]).toEqual(['x.md:4', 'x.md:5', 'x.md:11']);
});
