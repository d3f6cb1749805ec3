import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished, vi } from 'vitest';
import { memoryFiles } from '@majordomo/files';
import { memoryRecords } from '@majordomo/records';
import { Refusal } from '../errors/refusal.ts';
import { FileCopies, type UsedCopy } from './file-copies.ts';

const LIMITS = {
  records: memoryRecords(),
  store: memoryFiles(),
  maxBytes: 100,
  maxFiles: 10,
  maxTotalBytes: 100,
  keepMs: 1,
};

/** Returns functions that use copies of files of 40 bytes and list the temporary files. */
function setUp() {
  const root = testFolder();
  vi.stubEnv('TMPDIR', root);
  onTestFinished(() => void vi.unstubAllEnvs());
  const copies = new FileCopies();
  const use = (id: string, owner = 'a', content = new Blob(['x'.repeat(40)]).stream()): UsedCopy =>
    copies.use({ owner, id, size: 40, mediaType: 'text/plain' }, content, LIMITS);
  const names = (): readonly string[] =>
    readdirSync(root).flatMap((folder) => readdirSync(join(root, folder)));
  return { copies, use, names };
}

it('deletes the least recently used copy of the owner for another one', async () => {
  const { use, names } = setUp();
  for (const id of ['1', '2', '1']) {
    const { blob, release } = use(id);
    expect((await blob).size).toBe(40);
    release();
  }
  const other = use('3', 'b');
  await other.blob;
  expect(names()).toHaveLength(3);
  const third = use('3');
  await third.blob;
  await expect.poll(() => names().length).toBe(3);
  // The content is not read, so the copy of the first file exists.
  const read = vi.fn();
  const first = use('1', 'a', new ReadableStream({ pull: read }, { highWaterMark: 0 }));
  expect(await (await first.blob).text()).toBe('x'.repeat(40));
  expect(read).not.toHaveBeenCalled();
});

it('refuses a copy if requests read copies of the maximum size, before its content is read', async () => {
  const { use, names } = setUp();
  const [first, second] = [use('1'), use('2')];
  await Promise.all([first.blob, second.blob]);
  const read = vi.fn();
  const content = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({ pull: read }, { highWaterMark: 0 });
  expect(() => use('3', 'a', content())).toThrow(Refusal);
  expect(read).not.toHaveBeenCalled();
  await use('3', 'b').blob;
  first.release();
  first.release();
  await use('3').blob;
  await expect.poll(() => names().length).toBe(3);
});

it('keeps the copy of a deleted file until the last request has ended', async () => {
  const { copies, use, names } = setUp();
  const [first, second] = [use('1'), use('1')];
  const blob = await first.blob;
  copies.onDeleted({ owner: 'a', id: '1' });
  first.release();
  expect(await blob.text()).toBe('x'.repeat(40));
  second.release();
  await expect.poll(names).toEqual([]);
});

it('ends the copying with the last request that waits for it', async () => {
  const { use, names } = setUp();
  const cancel = vi.fn();
  const content = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      controller.enqueue(new Uint8Array(10));
    },
    cancel,
  });
  const [first, second] = [use('1', 'a', content), use('1')];
  await expect.poll(() => names().length).toBe(1);
  first.release();
  expect(cancel).not.toHaveBeenCalled();
  second.release();
  await expect(first.blob).rejects.toThrow();
  expect(cancel).toHaveBeenCalled();
  await expect.poll(names).toEqual([]);
  const again = use('1');
  expect((await again.blob).size).toBe(40);
});
