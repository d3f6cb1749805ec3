import { appendFileSync, existsSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordStore } from '@majordomo/records';
import { expect, it } from 'vitest';
import { createBatches, type BatchItem } from '../src/index.ts';
import { InputFile, inputPath, removeInputs } from '../src/files/input-file.ts';
import { failure, items, summariesOf, world } from './support/jobs.ts';

it.each<readonly [change: string, run: (path: string) => void]>([
  ['has a foreign line', (path) => appendFileSync(path, '\n{"id":"foreign","body":{}}')],
  ['has other lines', (path) => writeFileSync(path, '{"id":"foreign","body":{}}')],
  ['is deleted', (path) => rmSync(path)],
])(
  'rejects the poll with config if the input file %s before the upload, and sends nothing',
  async (_, run) => {
    const { options, a, folder } = world();
    const { records } = options;
    let changes = 1;
    const write: RecordStore['write'] = async (space, written) => {
      const [name] = readdirSync(folder);
      if (name !== undefined && changes-- > 0) run(join(folder, name));
      return records.write(space, written);
    };
    const batches = createBatches({ ...options, records: { ...records, write } });
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

/** Returns the paths of the open files of a folder, also of deleted files. */
const openInputs = (folder: string): readonly string[] =>
  readdirSync(OPEN_FILES).flatMap((descriptor) => {
    try {
      const path = readlinkSync(join(OPEN_FILES, descriptor));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      // The descriptor of this listing no longer exists.
      return [];
    }
  });

it.skipIf(!existsSync(OPEN_FILES))('closes the input file before the upload', async () => {
  const { batches, a, folder } = world();
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x') });
  await job.poll();
  expect(a.batches).toHaveLength(1);
  expect(openInputs(folder)).toEqual([]);
});

it.skipIf(!existsSync(OPEN_FILES))('closes an input file that it deletes while writing it', async () => {
  const { folder } = world();
  const input = new InputFile(folder, 'job-1-1');
  input.add('line');
  await input.flush();
  expect(openInputs(folder)).toHaveLength(1);
  await input.remove();
  expect([readdirSync(folder), openInputs(folder)]).toEqual([[], []]);
});

it('deletes the input files of a batch with the same or a lower fencing number, and no other file', async () => {
  const { folder } = world();
  writeFileSync(join(folder, 'notes.txt'), '');
  for (const name of ['job-1-2', 'job-1-3', 'job-1-4', 'job-2-1', 'job-11-1'])
    writeFileSync(inputPath(folder, name), '');
  await removeInputs(folder, 'job-1', 3);
  const retained = ['job-1-4', 'job-11-1', 'job-2-1'].map((name) => `majordomo-batch-${name}.jsonl`);
  expect(readdirSync(folder).toSorted()).toEqual([...retained, 'notes.txt']);
});

const inGroups = (groups: readonly string[]): readonly BatchItem[] =>
  items('x', 'y').map((item, index) => ({
    ...item,
    request: { ...('request' in item && item.request), extra: { a: { group: groups[index] } } },
  })) as readonly BatchItem[];

it('replaces an earlier upload if the requests have changed since, and sends each item once', async () => {
  const { options, a } = world();
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
  const request = changed && 'request' in changed && changed.request;
  const [stored] = await options.records
    .list('batches', { prefix: 'rows/', limit: 100 })
    .then((found) => found.filter(({ key }) => key.includes('/requests/')));
  const { data } = JSON.parse(stored?.value ?? '') as {
    readonly data: { readonly requests: readonly object[] };
  };
  const value = JSON.stringify({ format: 1, data: { requests: [data.requests[0], request] } });
  await options.records.write('batches', [{ type: 'put', key: stored?.key ?? '', value }]);
  const other = await createBatches(options).open('j');
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
  expect(a.ops.map((op) => op.split(' ')[0])).toEqual(['find', 'remove', 'find', 'upload', 'create']);
  expect([...a.files.keys()]).toHaveLength(1);
});
