import { appendFileSync, existsSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBatches, type BatchItem, type BatchStore } from '../src/index.ts';
import { failure, items, summariesOf, world } from './support/jobs.ts';

it.each<readonly [change: string, run: (path: string) => void]>([
  ['has a foreign line', (path) => appendFileSync(path, '\n{"id":"foreign","body":{}}')],
  ['has other lines', (path) => writeFileSync(path, '{"id":"foreign","body":{}}')],
  ['is deleted', (path) => rmSync(path)],
])(
  'rejects the poll with config if the input file %s before the upload, and sends nothing',
  async (_, run) => {
    const { options, a, folder } = world();
    const store = options.store as BatchStore;
    let changes = 1;
    const counts: BatchStore['counts'] = async (key) => {
      const [name] = readdirSync(folder);
      if (name !== undefined && changes-- > 0) run(join(folder, name));
      return store.counts(key);
    };
    const batches = createBatches({ ...options, store: { ...store, counts } });
    const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x', 'y') });
    await expect(job.poll()).rejects.toMatchObject({ kind: 'config', details: { path: 'folder' } });
    expect(a.ops).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    await job.poll();
    a.end();
    expect(await job.poll()).toMatchObject({ state: 'done', answered: 2 });
  },
);

const OPEN_FILES = '/proc/self/fd';

it.skipIf(!existsSync(OPEN_FILES))('closes the input file before the upload', async () => {
  const { batches, a, folder } = world();
  const openInputs = (): readonly string[] =>
    readdirSync(OPEN_FILES).flatMap((descriptor) => {
      // The descriptor of this listing no longer exists.
      if (!existsSync(join(OPEN_FILES, descriptor))) return [];
      const path = readlinkSync(join(OPEN_FILES, descriptor));
      return path.startsWith(folder) ? [path] : [];
    });
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x') });
  await job.poll();
  expect(a.batches).toHaveLength(1);
  expect(openInputs()).toEqual([]);
});

it('rejects the poll with config if the store has planned other requests than the input has', async () => {
  const { options, a, folder } = world();
  const store = options.store as BatchStore;
  let changes = 1;
  const counts: BatchStore['counts'] = async (key) => {
    const found = await store.counts(key);
    return readdirSync(folder).length > 0 && changes-- > 0 ? { ...found, 'batch:0': 3 } : found;
  };
  const batches = createBatches({ ...options, store: { ...store, counts } });
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x', 'y') });
  await expect(job.poll()).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('has 2 requests, but 3 are planned'),
  });
  expect(a.ops).toEqual([]);
  await job.poll();
  expect(a.batches.map(({ lines }) => lines.length)).toEqual([2]);
});

const inGroups = (groups: readonly string[]): readonly BatchItem[] =>
  items('x', 'y').map((item, index) => ({
    ...item,
    request: { ...('request' in item && item.request), extra: { a: { group: groups[index] } } },
  })) as readonly BatchItem[];

it('replaces an earlier upload if the requests have changed since, and sends each item once', async () => {
  const { options, a } = world();
  const store = options.store as BatchStore;
  const batches = createBatches(options);
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: inGroups(['one', 'one']) });
  a.fault = (op, isDone) => {
    if (op === 'upload' && isDone) throw failure('network');
  };
  await job.poll();
  a.fault = () => undefined;
  expect([...a.files.values()].map(({ text }) => text.split('\n').length)).toEqual([2]);
  // The settings of the target have changed, so the second item belongs to another group.
  const [, changed] = inGroups(['one', 'two']);
  const request = JSON.stringify(changed && 'request' in changed && changed.request);
  const rows: BatchStore['rows'] = async (key, query) =>
    (await store.rows(key, query)).map((row) => (row.id === 'y' ? { ...row, request } : row));
  const other = await createBatches({ ...options, store: { ...store, rows } }).open('j');
  await other.poll();
  await other.poll();
  expect(a.batches.map(({ lines }) => lines.map(({ body }) => body['text']))).toEqual([['x'], ['y']]);
  a.end();
  expect(await other.poll()).toMatchObject({ state: 'done', answered: 2 });
  expect(await summariesOf(other)).toEqual(['x: re: x', 'y: re: y']);
  expect(a.files.size).toBe(0);
});

it('deletes the upload of a batch that was not found before it creates the batch again', async () => {
  const { batches, a, clock } = world();
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x') });
  a.fault = (op, isDone) => {
    if (op === 'create' && !isDone) throw failure('network');
  };
  await job.poll();
  a.fault = () => undefined;
  a.ops.length = 0;
  await clock.advance(121_000);
  await job.poll();
  expect(a.ops.map((op) => op.split(' ')[0])).toEqual([
    'find',
    'remove',
    'find',
    'findUpload',
    'upload',
    'create',
  ]);
  expect([...a.files.keys()]).toHaveLength(1);
});
