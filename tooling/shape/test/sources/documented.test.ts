import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { undocumentedIn } from '../../src/documented.ts';
import { published, ROOT } from '../../src/repository.ts';

const undocumented = undocumentedIn(published);

test.each(published.map(({ id }) => id))('%s documents every export', (id) => {
  const missing = undocumented[id] ?? [];
  expect(missing.map(({ name, at }) => `${at}: ${name} is public; add a doc comment`)).toEqual([]);
});

const SOURCE = `
import type { Far } from '@majordomo/far';
/** Said. */
export const told = 1;
export const silent = 2;
/** Said. */
export interface RunOptions {
  readonly bare?: number;
  /** Said. */
  readonly said?: number;
}
/** Said. */
export interface Result { readonly value: number; run(): void; }
/** Said. */
export class Box implements Result { readonly value = 1; run(): void {} private hidden(): void {} }
export type { Far };
`;

test('finds undocumented names, options and methods', () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/index.ts'), SOURCE);
  const manifest = { name: 'x', version: '1.0.0', exports: { '.': { default: './dist/index.js' } } };
  const found = undocumentedIn([{ path: relative(ROOT, folder), id: 'x', wing: undefined, manifest }]);
  expect(found['x']?.map(({ name }) => name).sort()).toEqual([
    'Box.run',
    'Result.run',
    'RunOptions.bare',
    'silent',
  ]);
});
