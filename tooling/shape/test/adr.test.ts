import { describe, expect, test } from 'vitest';
import { exists, filesIn, read } from '../src/repository.ts';

const SECTIONS = ['Context', 'Decision', 'Rejected', 'Consequences'];
const MAX_RECORD_LINES = 60;
const MAX_CONTEXT_LINES = 10;

const files = filesIn('adr');
const records = files.filter((file) => file !== 'adr/README.md');
const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');
const titleOf = (file: string): string => /^# (.+)$/m.exec(read(file))?.[1] ?? '';

test('the index lists every record once, by number, under its own title', () => {
  const listed = [...read('adr/README.md').matchAll(/^\| \[(\d{4})\]\((\S+)\) \| (.+?) \|/gm)].map(
    ([, number, file, title]) => `${number} ${file} ${title}`,
  );
  expect(listed).toEqual(
    records.map((file) => `${file.slice(4, 8)} ${file.slice(4)} ${titleOf(file).replace(/^\d{4} /, '')}`),
  );
});

test('each number belongs to one record', () => {
  const numbers = records.map((file) => file.slice(4, 8));
  expect([...new Set(numbers)]).toEqual(numbers);
});

describe.each(records)('%s', (file) => {
  const text = read(file);
  const [head = ''] = text.split('\n## ');

  test(`has at most ${MAX_RECORD_LINES} lines and the same sections as every record`, () => {
    expect(linesOf(text).length).toBeLessThanOrEqual(MAX_RECORD_LINES);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, section]) => section)).toEqual(SECTIONS);
    expect(titleOf(file)).toMatch(new RegExp(`^${file.slice(4, 8)} [A-Z]`));
    expect(head).toMatch(/\n\nAccepted \d{4}-\d{2}-\d{2}/);
  });

  test(`has a context of at most ${MAX_CONTEXT_LINES} lines`, () => {
    const context = text.slice(text.indexOf('## Context'), text.indexOf('## Decision'));
    expect(linesOf(context).length - 2).toBeLessThanOrEqual(MAX_CONTEXT_LINES);
  });

  test('names files that exist', () => {
    const paths = [...head.matchAll(/`([\w.-]+(?:\/[\w./-]+)?)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });
});
