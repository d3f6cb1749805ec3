import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, expect, it } from 'vitest';
import { fileSource } from '../src/node.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

const load = (path: string, etag?: string) =>
  fileSource(path).load({ signal: new AbortController().signal, etag });

it('reads a file, a gzipped file and a folder, and skips unchanged data', async () => {
  writeFileSync(join(folder, 'plain.json'), '{"a":1}');
  writeFileSync(join(folder, 'packed.json.gz'), gzipSync('{"b":2}'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/one.json'), '1');
  writeFileSync(join(folder, 'data/.manifest.json'), '2');
  writeFileSync(join(folder, 'data/notes.txt'), 'no JSON');
  expect((await load(join(folder, 'plain.json')))?.data).toEqual({ a: 1 });
  expect((await load(join(folder, 'packed.json.gz')))?.data).toEqual({ b: 2 });
  const first = await load(join(folder, 'data/'));
  expect(first?.data).toEqual({ 'one.json': 1, '.manifest.json': 2 });
  expect(await load(join(folder, 'data/'), first?.etag)).toBeUndefined();
  writeFileSync(join(folder, 'data/two.json'), '3');
  expect((await load(join(folder, 'data/'), first?.etag))?.data).toMatchObject({ 'two.json': 3 });
});
