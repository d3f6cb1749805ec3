import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FilesSettings } from '../options.ts';
import { CallerFiles, type FilesState } from './caller-files.ts';
import { FileContent } from './content.ts';
import { FileIndex, type Reservation } from './file-index.ts';

const MINUTE = 60_000;
const LIMITS = { maxFiles: 10, maxTotalBytes: 1000 };

/** Store of content that fails when it is told to, and remembers what it has deleted. */
class Content implements FileContentStore {
  readonly put: FileContentStore['put'];
  readonly read: FileContentStore['read'];
  readonly deleted: string[] = [];
  isBroken = false;
  /** Called before content is deleted. */
  onDelete: (id: string) => Promise<unknown> = () => Promise.resolve();

  constructor() {
    const { put, read } = memoryFiles();
    this.put = put;
    this.read = read;
  }

  async delete(id: string): Promise<void> {
    await this.onDelete(id);
    if (this.isBroken) throw new Error('the store of content is down');
    this.deleted.push(id);
  }
}

/** Returns a store that makes the write with this number, but loses its reply. */
function losingReply(records: RecordStore, number: number): RecordStore {
  let count = 0;
  return {
    ...records,
    async write(space, changes) {
      const versions = await records.write(space, changes);
      if (++count === number) throw new Error('the reply is lost');
      return versions;
    },
  };
}

async function store(reservation: Reservation, size: number, expiresAt = 4_000_000_000_000): Promise<void> {
  const { id, createdAt } = reservation;
  const more = { name: 'a', mediaType: 'a/b', purpose: 'user_data' };
  await reservation.finish({ id, size, createdAt, expiresAt, ...more });
}

/** Returns the labels of all records. */
const labelsOf = (records: RecordStore): Promise<object> => records.counts('files');

describe('an upload that fails', () => {
  it.each([1, 2])('occupies nothing if the reply of write %d is lost', async (number) => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const content = new Content();
    const index = new FileIndex({ records: losingReply(records, number), store: content, ...LIMITS });
    await expect(index.reserve('a', 100)).rejects.toThrow('the reply is lost');
    await clock.advance(MINUTE);
    await index.check('a', 1000);
    expect(await labelsOf(records)).toEqual({});
  });

  it('occupies nothing if the reply of a growth is lost', async () => {
    const records = memoryRecords();
    const index = new FileIndex({ records: losingReply(records, 3), store: new Content(), ...LIMITS });
    const reservation = await index.reserve('a', 100);
    await expect(reservation.resize(300, 200)).rejects.toThrow('the reply is lost');
    await reservation.release();
    expect(await labelsOf(records)).toEqual({});
  });

  it('stores the file if only the reply of its end is lost', async () => {
    const records = memoryRecords();
    const content = new Content();
    const index = new FileIndex({ records: losingReply(records, 3), store: content, ...LIMITS });
    const reservation = await index.reserve('a', 100);
    await store(reservation, 100);
    await reservation.release();
    expect([content.deleted, await labelsOf(records)]).toEqual([[], { stored: 1, usage: 1 }]);
  });

  it('is removed by a later upload if its content cannot be deleted', async () => {
    const records = memoryRecords();
    const content = new Content();
    const index = new FileIndex({ records, store: content, ...LIMITS });
    const reservation = await index.reserve('a', 100);
    content.isBroken = true;
    await reservation.release();
    content.isBroken = false;
    await index.check('b', 1);
    await index.check('b', 1);
    expect([content.deleted, await labelsOf(records)]).toEqual([[reservation.id], {}]);
  });

  it('occupies nothing if its client leaves before the place is reserved', async () => {
    const records = memoryRecords();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let writes = 0;
    const slow: RecordStore = {
      ...records,
      list: (...query) => answered.then(() => records.list(...query)),
      write: (...changes) => records.write(...changes).finally(() => writes++),
    };
    const settings = { records: slow, store: new Content(), ...LIMITS } as unknown as FilesSettings;
    const client = new AbortController();
    const files = new CallerFiles(settings, {} as FilesState, { tenant: 'a' }, client.signal);
    const reserving = files.reserve(100);
    client.abort();
    await expect(reserving).rejects.toMatchObject({ kind: 'aborted' });
    answer();
    await expect.poll(() => writes).toBeGreaterThan(1);
    await expect.poll(() => labelsOf(records)).toEqual({});
  });
});

describe('the content of a file', () => {
  it('is cancelled if the client leaves before the store returns it', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const cancel = vi.fn<() => void>();
    const slow: FileContentStore = {
      ...memoryFiles(),
      read: () => answered.then(() => new ReadableStream<Uint8Array>({ cancel })),
    };
    const settings = { records: memoryRecords(), store: slow, ...LIMITS } as unknown as FilesSettings;
    const client = new AbortController();
    const files = new CallerFiles(settings, {} as FilesState, { tenant: 'a' }, client.signal);
    const reading = files.contentOf('file-1');
    client.abort();
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
    answer();
    await expect.poll(() => cancel.mock.calls.length).toBe(1);
  });
});

describe('the end of files', () => {
  it('deletes no content that a paused process can still store', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const content = new Content();
    const index = new FileIndex({ records, store: content, ...LIMITS });
    const paused = await index.reserve('a', 100);
    // The process continues while another one ends its upload.
    let finished: Promise<unknown> = Promise.resolve();
    content.onDelete = () => {
      finished = store(paused, 100).catch(() => 'refused');
      return finished;
    };
    await clock.advance(MINUTE);
    await index.check('b', 1);
    await index.check('b', 1);
    expect([content.deleted, await finished, await index.list('a')]).toEqual([[paused.id], 'refused', []]);
  });

  it('ends the reading of an upload that another process has ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const index = new FileIndex({ records, store: new Content(), ...LIMITS });
    const paused = await index.reserve('a', 100);
    const { stream } = new FileContent(() => Promise.resolve(new Uint8Array(1)), 1000, paused);
    const reader = stream.getReader();
    await reader.read();
    await clock.advance(MINUTE);
    await index.check('b', 1);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await expect(reader.read()).rejects.toMatchObject({ kind: 'denied' });
  });

  it('does not wait for a file that cannot be read or deleted', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const content = new Content();
    const index = new FileIndex({ records, store: content, ...LIMITS });
    await store(await index.reserve('a', 100), 100, 1);
    const [record] = await records.list('files', { label: 'stored', limit: 1 });
    const { key = '' } = record ?? {};
    const value = '{"format":2,"data":{}}';
    await records.write('files', [{ type: 'put', key, value, label: 'stored', dueMs: -1 }]);
    await store(await index.reserve('b', 100), 100, 1);
    await index.check('b', 1000);
    expect(await labelsOf(records)).toEqual({ stored: 1, deleted: 1, usage: 2 });
  });
});
