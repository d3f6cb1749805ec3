import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileSource, fileStore } from '../src/node.ts';
import { documentOf, listen, modelOf, priceOf } from './support/sources.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'majordomo-catalog-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const script = (name: string): string => join(import.meta.dirname, 'support', `${name}-process.ts`);
const DOCUMENT = documentOf('2026-11-10', modelOf('known', priceOf(3, 9)));
const STORED = { document: DOCUMENT, checkedAt: '2026-11-20T00:00:00.000Z', etag: '"one"' };
const load = (path: string, etag?: string) =>
  fileSource(path).load({ signal: new AbortController().signal, etag });

it('stores a value in a new folder with mode 0600', async () => {
  const path = join(folder, 'new/catalog.json');
  expect(await fileStore(path).read()).toBeUndefined();
  await Promise.all([fileStore(path).write(STORED), fileStore(path).write(STORED)]);
  expect(await fileStore(path).read()).toEqual(STORED);
  // Windows has no permissions in file modes.
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('rejects a damaged file', async () => {
  const path = join(folder, 'catalog.json');
  writeFileSync(path, '{"document":');
  await expect(fileStore(path).read()).rejects.toThrow(SyntaxError);
});

/** Runs with different times of the kill. With SOAK=1, as in the nightly run, five. */
const KILLS = process.env['SOAK'] === undefined ? [1, 4] : [1, 2, 3, 4, 5];

it.each(KILLS)('leaves a readable file after SIGKILL during a write, run %d', async (run) => {
  const path = join(folder, 'catalog.json');
  const child = spawn(process.execPath, [script('store'), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  // Kills while a temporary file exists, after a number of polls that differs by run.
  const temporary = `${path}.${child.pid}.tmp`;
  for (let polls = 0; polls < run * 20 || !existsSync(temporary); polls++) await new Promise(setImmediate);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await fileStore(path).read())?.document.models).toHaveLength(5000);
});

it('needs one request for two processes in succession, and at most two for two at the same time', async () => {
  let requests = 0;
  const server = await listen((_, response) => {
    requests++;
    response.end(JSON.stringify(DOCUMENT));
  });
  const run = (name: string) =>
    promisify(execFile)(process.execPath, [script('refresh'), server.url, join(folder, name)]).then(
      ({ stdout }) => stdout,
    );
  expect([await run('a'), await run('a'), requests]).toEqual(['2026-11-10', '2026-11-10', 1]);
  requests = 0;
  expect(await Promise.all([run('b'), run('b')])).toEqual(['2026-11-10', '2026-11-10']);
  expect(requests).toBeLessThanOrEqual(2);
  expect(JSON.parse(readFileSync(join(folder, 'b'), 'utf8'))).toMatchObject({
    document: { date: '2026-11-10' },
  });
  await server.close();
});

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
