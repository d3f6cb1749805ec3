import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { recordBuild } from '../../../build/source-hash.ts';
import { ROOT } from '../../src/repository.ts';
import { staleBuildOf } from '../../src/stale-build.ts';

const folder = suiteFolder();
const path = relative(ROOT, folder);
const pkg = { path, id: 'x', wing: undefined, manifest: { name: 'x', version: '1.0.0' } };
const write = (name: string, text: string): void => {
  writeFileSync(join(folder, 'src', name), text);
};

test('a package is stale before its build and after a change of its sources, not of its tests', () => {
  mkdirSync(join(folder, 'src'));
  write('index.ts', 'export const a = 1;');
  expect(staleBuildOf(pkg)).toContain('is not built; build first');
  recordBuild(folder);
  expect(staleBuildOf(pkg)).toBeUndefined();
  write('index.test.ts', 'a test');
  expect(staleBuildOf(pkg)).toBeUndefined();
  write('index.ts', 'export const a = 2;');
  expect(staleBuildOf(pkg)).toContain('was built from other sources; build first');
  write('index.ts', 'export const a = 1;');
  expect(staleBuildOf(pkg)).toBeUndefined();
});
