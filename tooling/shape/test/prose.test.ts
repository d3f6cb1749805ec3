import { expect, test } from 'vitest';
import { EXCEPTIONS, EXPRESSIONS, MOST_PERCENT } from '../src/prose-rules.ts';
import { findings, inCode, inMarkdown, proseLines } from '../src/prose.ts';

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
  ['the whole answer', ['complete, non-streaming']],
  ['`whole` is a name', []],
  ['a prompt that asks the user', []],
  ['a stand-alone server', []],
  ['The server is asked anew', ['calls, requests, queries', 'again']],
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

// PROSE=list prints every finding with its file, line and replacement.
test(`at most ${MOST_PERCENT} % of the prose lines contain an expression to replace`, () => {
  const lines = proseLines();
  const found = findings(lines, EXPRESSIONS, EXCEPTIONS);
  const percent = (100 * found.length) / lines.length;
  if (process.env['PROSE'] === 'list')
    for (const { prose, expressions } of found) {
      const replacements = expressions.map(({ replacement }) => replacement).join('; ');
      console.log(`${prose.file}:${prose.line} ${prose.text}\n    write: ${replacements}`);
    }
  console.log(
    `${found.length} of ${lines.length} prose lines, ${percent.toFixed(2)} %; the bound is in tooling/shape/src/prose-rules.ts`,
  );
  expect(lines.length).toBeGreaterThan(1000);
  expect(percent).toBeLessThanOrEqual(MOST_PERCENT);
});
