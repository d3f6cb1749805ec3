import { expect, test } from 'vitest';
import { withTables } from '../../../../apps/docs/tables.ts';
import { filesIn, read } from '../../src/repository.ts';

const pages = filesIn('apps/docs').filter((file) => /^apps\/docs\/[\w-]+\.md$/.test(file));

test.each(pages)('the tables of %s match the sources; run node apps/docs/tables.ts', (file) => {
  expect(withTables(read(file))).toBe(read(file));
});

test('the front page of the documentation lists every page once', () => {
  const listed = [...read('apps/docs/README.md').matchAll(/^- \[[^\]]+\]\(([\w-]+\.md)\)/gm)].map(
    ([, link]) => `apps/docs/${link}`,
  );
  expect(listed.sort()).toEqual(pages.filter((file) => !file.endsWith('/README.md')).sort());
});
