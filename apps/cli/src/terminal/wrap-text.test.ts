import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellsOf, createLineWrapper, wrapText } from './wrap-text.ts';

/** Returns the text that remains visible after moves to the left and erasures. */
const visibleText = (terminalText: string): string => {
  let text = '';
  for (const piece of terminalText.split('\u001B[K')) {
    // eslint-disable-next-line no-control-regex
    const eraseSequence = /\u001B\[(\d+)D$/.exec(piece);
    text += eraseSequence === null ? piece : piece.slice(0, eraseSequence.index);
    if (eraseSequence !== null) text = text.slice(0, text.length - Number(eraseSequence[1]));
  }
  return text;
};

const feed = (columns: number, pieces: readonly string[]): string => {
  const wrapper = createLineWrapper(columns);
  return visibleText(pieces.map((piece) => wrapper.feed(piece)).join(''));
};

it.each<[string, number, string[], string]>([
  [
    'moves a word that grows beyond the edge to the next line',
    10,
    ['a but', 'ler ', 'ser', 'ves'],
    'a butler \nserves',
  ],
  ['does not start a line with a space at the edge', 4, ['soup ', 'hot'], 'soup\nhot'],
  ['does not split a word that is longer than a line', 4, ['ab', 'cdefgh ij'], 'abcdefgh\nij'],
  [
    'does not wrap fenced code',
    8,
    ['```\nconst a = 1;\n', '```\na b c d e f'],
    '```\nconst a = 1;\n```\na b c d \ne f',
  ],
  ['counts two cells for wide letters', 5, ['水 水 水'], '水 水\n水'],
  ['does not wrap without a terminal', Infinity, ['a b ', 'c d e'], 'a b c d e'],
])('%s', (_name, columns, pieces, expected) => {
  expect(feed(columns, pieces)).toBe(expected);
});

it('preserves all text and limits the length of lines, regardless of how the text is divided', () => {
  const text = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 20 }), (words, cuts) => {
      const fullText = words.join(' ');
      const at = [0, ...cuts.map((position) => position % (fullText.length + 1)), fullText.length].sort(
        (a, b) => a - b,
      );
      const result = feed(
        12,
        at.slice(1).map((end, index) => fullText.slice(at[index], end)),
      );
      expect(result.replaceAll(/\s+/g, ' ')).toBe(fullText);
      for (const line of result.split('\n')) expect(line.trimEnd().length).toBeLessThanOrEqual(12);
    }),
    { numRuns: 200, seed: 7 },
  );
});

it('wraps a complete text and indents its continuation lines', () => {
  expect(wrapText('one two three\nfour', 9, 2)).toBe('one two\n  three\nfour');
  expect(wrapText('x needs y: npm install -D y', 18, 2)).toBe('x needs y:\n  npm install -D y');
  expect(wrapText('one two three', Infinity)).toBe('one two three');
  expect(cellsOf('é́水🎩')).toBe(5);
});

it('measures each word of a long line once', () => {
  const line = 'word '.repeat(100_000);
  expect(wrapText(line, Infinity)).toBe(line);
  // One long word in many pieces, such as base64 or a language without spaces.
  const pieces = Array.from({ length: 50_000 }, () => 'ab');
  expect(feed(80, pieces)).toHaveLength(100_000);
});
