import { expect, test } from 'vitest';
import { exists, read } from '../src/repository.ts';

const [, section = ''] = read('apps/docs/maintaining.md').split('### Where things are');
const [map = ''] = section.split('\n## ');
const paths = [...map.matchAll(/`((?:packages|apps|tooling)\/[^`]+)`/g)].map(([, path = '']) => path);

test('the map of the repository names at least ten paths', () => {
  expect(paths.length).toBeGreaterThanOrEqual(10);
});

test.each(paths)('the map of the repository names an existing path: %s', (path) => {
  expect(exists(path)).toBe(true);
});

test('CONTRIBUTING.md has at most 150 lines', () => {
  expect(read('CONTRIBUTING.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});
