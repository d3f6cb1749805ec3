import { expect, test } from 'vitest';
import { exists, read } from '../src/repository.ts';

const sectionOf = (file: string, title: string): string =>
  read(file).split(`${title}\n`)[1]?.split('\n## ')[0] ?? '';
const map = sectionOf('CONTRIBUTING.md', '## Where things are');
const further = sectionOf('apps/docs/maintaining.md', '### What to change where');
const paths = [...(map + further).matchAll(/`((?:packages|apps|tooling)\/[^`]+)`/g)].map(
  ([, path = '']) => path,
);

test('CONTRIBUTING.md answers ten questions about where things are, each with a path', () => {
  const answers = map.split('\n').filter((line) => line.includes('?'));
  expect(answers.length).toBe(10);
  for (const answer of answers) expect(answer).toMatch(/`(?:packages|apps|tooling)\//);
});

test.each(paths)('the map of the repository names an existing path: %s', (path) => {
  expect(exists(path)).toBe(true);
});

test('CONTRIBUTING.md has at most 150 lines', () => {
  expect(read('CONTRIBUTING.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});
