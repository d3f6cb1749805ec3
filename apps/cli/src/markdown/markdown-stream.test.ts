import { expect, it } from 'vitest';
import type { Span } from '../terminal/paint.ts';
import { createMarkdown } from './markdown-stream.ts';

const spansOf = (pieces: readonly string[], columns = 60): readonly Span[] => {
  const markdown = createMarkdown(columns);
  return [...pieces.flatMap((piece) => markdown.feed(piece)), ...markdown.end()];
};
const textOf = (spans: readonly Span[]): string => spans.map(({ text }) => text).join('');
/** Formats spans as `[styles|text]`. */
const formatSpans = (spans: readonly Span[]): string =>
  spans.map(({ text, styles }) => (styles.length === 0 ? text : `[${styles.join(' ')}|${text}]`)).join('');

it.each([
  ['plain text', 'Just words, 2 * 3 and snake_case_names.', 'Just words, 2 * 3 and snake_case_names.'],
  ['strong and code', 'A **bold** `co*de`.', 'A [bold|bold] [cyan|co*de].'],
  ['nested styles', '**a `b` _c_**', '[bold|a ][bold cyan|b][bold| ][bold italic|c]'],
  ['a heading', '## Why *so*?\nText', '[bold|Why ][bold italic|so][bold|?]\nText'],
  ['a list', '- one\n  * **two**\n1. three', '• one\n  • [bold|two]\n1. three'],
  ['a quotation', '> said **he**', '[dim|│ ]said [bold|he]'],
  ['a link', '[docs](https://d.example) <b>', '[underline|docs][dim| (https://d.example)] <b>'],
  ['code', '```ts\nconst a = **b**;\n# no\n```\nend', '[dim|```ts\n]const a = **b**;\n# no\n[dim|```\n]end'],
  ['a rule', 'a\n\n---\nb', `a\n\n[dim|${'─'.repeat(40)}\n]b`],
  ['unclosed styles', 'a **b and `c', 'a **b and `c'],
  ['an open block of code', '```\ncode', '[dim|```\n]code'],
  ['an escape', String.raw`\*no\*`, '*no*'],
])('shows %s', (_name, source, expected) => {
  expect(formatSpans(spansOf([source]))).toBe(expected);
});

it('aligns the columns of a table, and does not change a table that is too wide', () => {
  const source = '| name | is |\n|---|---|\n| **a** | long |\n\nend';
  expect(textOf(spansOf([source]))).toBe('name  is\n──────────\na     long\n\nend');
  expect(textOf(spansOf([source], 6))).toBe(source);
});

const SAMPLE = `# Title with \`code\`

Some **bold text** and _more_, with [a link](https://x.example/a_b) and 2 * 3.

1. **First**: snake_case and a*b
- [ ] task
> quoted *words*

\`\`\`js
if (a < b) { c('**'); }

\`\`\`
| a | b |
|---|:-:|
| 1 | \`2\` |

***
The end`;

it('has the same result regardless of how the text is divided', () => {
  const completeText = textOf(spansOf([SAMPLE]));
  for (const size of [1, 2, 3, 5, 7, 11]) {
    const pieces = SAMPLE.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
    expect(textOf(spansOf(pieces))).toBe(completeText);
  }
});

it('preserves text that only looks like Markdown', () => {
  let seed = 1;
  const random = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const ALPHABET = [...Array.from('ab1 \n*_`~#>|-[]()<\\'), '**', '```', '\n\n', '- '];
  for (let round = 0; round < 500; round++) {
    const pieces = Array.from({ length: random(60) }, () => ALPHABET[random(ALPHABET.length)] ?? '');
    const letters = (text: string): string => text.replaceAll(/[^ab1]/g, '');
    expect(letters(textOf(spansOf(pieces))), JSON.stringify(pieces.join(''))).toBe(letters(pieces.join('')));
  }
});

it('shows the words of a paragraph as they arrive', () => {
  const markdown = createMarkdown(60);
  expect(textOf(markdown.feed('Some words'))).toBe('Some words');
  expect(textOf(markdown.feed(' and **bo'))).toBe(' and ');
  expect(textOf(markdown.feed('ld** wor'))).toBe('bold wor');
});

it('shows a long paragraph that arrives at once with its styles', () => {
  const words = 'word '.repeat(200);
  expect(textOf(spansOf([`A **bold** start, ${words}and \`code\`.\n`]))).toBe(
    `A bold start, ${words}and code.\n`,
  );
  expect(textOf(spansOf([`**never closed ${words}\n`]))).toBe(`**never closed ${words}\n`);
});

it('takes limited time for a line that consists of markup characters', { timeout: 60_000 }, () => {
  const text = textOf(spansOf(Array.from({ length: 5000 }, () => '*a_b`[')));
  expect(text.replaceAll(/[^ab]/g, '')).toBe('ab'.repeat(5000));
});
