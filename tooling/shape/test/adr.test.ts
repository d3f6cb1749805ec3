import { describe, expect, test } from 'vitest';
import { exists, filesIn, read } from '../src/repository.ts';

const SECTIONS = ['Status', 'Context', 'Decision', 'Rejected', 'Consequences', 'Where'];
const LONGEST = 60;

const records = filesIn('adr').filter((file) => file !== 'adr/README.md');
const titleOf = (file: string): string => /^# (.+)$/m.exec(read(file))?.[1] ?? '';

test('the index lists every record once, by number, under its own title', () => {
  const listed = [...read('adr/README.md').matchAll(/^\| \[(\d{4})\]\((\S+)\) \| (.+?) \|/gm)].map(
    ([, number, file, title]) => `${number} ${file} ${title}`,
  );
  expect(listed).toEqual(
    records.map((file) => `${file.slice(4, 8)} ${file.slice(4)} ${titleOf(file).replace(/^\d{4} /, '')}`),
  );
});

test('no number is given twice; one may be kept for a record that is being written', () => {
  const numbers = records.map((file) => file.slice(4, 8));
  expect([...new Set(numbers)]).toEqual(numbers);
});

describe.each(records)('%s', (file) => {
  const text = read(file);

  test(`has at most ${LONGEST} lines and the same sections as every record`, () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, section]) => section)).toEqual(SECTIONS);
    expect(titleOf(file)).toMatch(new RegExp(`^${file.slice(4, 8)} `));
  });

  test('points to files that exist', () => {
    const where = text.slice(text.indexOf('## Where'));
    const paths = [...where.matchAll(/`([\w.-]+\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  test('names in Context what was counted or measured', () => {
    expect(text.slice(text.indexOf('## Context'), text.indexOf('## Decision'))).toMatch(/\d/);
  });
});
