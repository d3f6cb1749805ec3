import { expect, test } from 'vitest';
import { exists, read } from '../src/repository.ts';

const [, section = ''] = read('CONTRIBUTING.md').split('### Where things are');
const [map = ''] = section.split('\n## ');
const paths = [...map.matchAll(/`((?:packages|apps|tooling)\/[^`]+)`/g)].map(([, path = '']) => path);

test('the map of CONTRIBUTING.md names at least ten paths', () => {
  expect(paths.length).toBeGreaterThanOrEqual(10);
});

test.each(paths)('the map of CONTRIBUTING.md names an existing path: %s', (path) => {
  expect(exists(path)).toBe(true);
});
