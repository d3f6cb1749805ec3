import { expect, test } from 'vitest';
import { exists, read } from '../../src/repository.ts';

const sectionOf = (file: string, title: string): string =>
  read(file).split(`${title}\n`)[1]?.split('\n## ')[0] ?? '';
const map = sectionOf('CONTRIBUTING.md', '## Where things are');
const further = sectionOf('apps/docs/maintaining.md', '### What to change where');
const paths = [...(map + further).matchAll(/`((?:packages|apps|tooling)\/[^`]+)`/g)].map(
  ([, path = '']) => path,
);

test.each(paths)('the map of the repository names an existing path: %s', (path) => {
  expect(exists(path)).toBe(true);
});
