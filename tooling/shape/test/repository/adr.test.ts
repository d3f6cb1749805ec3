import { expect, test } from 'vitest';
import { exists, filesIn, read } from '../../src/repository.ts';

const files = filesIn('adr');
const records = files.filter((file) => file !== 'adr/README.md');
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

test.each(records)('%s names files that exist', (file) => {
  const [head = ''] = read(file).split('\n## ');
  const paths = [...head.matchAll(/`([\w.-]+(?:\/[\w./-]+)?)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !exists(path)).map((path) => `${file}: ${path} does not exist`)).toEqual([]);
});
