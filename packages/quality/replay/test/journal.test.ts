import { mkdir, open, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readReplay, removeReplay, replay, type ReplayDefinition } from '../src/index.ts';
import { Journal } from '../src/journal/journal.ts';
import { acquireLock } from '../src/journal/journal-lock.ts';
import { answerTo, fakeModels, testFolder } from './support/fixture.ts';
import { experimentOn, recordedCalls } from './support/recorded-calls.ts';

const UNITS = 24;
const MINUTE = 60_000;

type Handle = Awaited<ReturnType<typeof open>>;

/** Returns the prototype of all file handles, whose methods a test replaces. */
async function handlePrototype(): Promise<Handle> {
  const handle = await open(join(testFolder(), 'any'), 'a');
  await handle.close();
  return Object.getPrototypeOf(handle) as Handle;
}

/** Lets writes of lines that match the expression fail after half of their bytes, `times` times. */
async function failWrites(expression: RegExp, times: number): Promise<void> {
  const prototype = await handlePrototype();
  const { appendFile } = prototype;
  let failures = 0;
  const spy = vi.spyOn(prototype, 'appendFile').mockImplementation(async function write(this: Handle, data) {
    const bytes = data as Buffer;
    if (failures === times || !expression.test(bytes.toString('utf8'))) return appendFile.call(this, bytes);
    failures += 1;
    await appendFile.call(this, bytes.subarray(0, bytes.length / 2));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  onTestFinished(() => spy.mockRestore());
}

function experiment(answered: () => void = () => undefined): ReplayDefinition {
  const { majordomo } = fakeModels((text) => {
    answered();
    return answerTo(text);
  });
  return experimentOn(majordomo, recordedCalls(UNITS));
}

it.each([
  ['end', 1],
  ['end', 3],
  ['answer', 3],
] as const)(
  'books or reserves every paid answer, and keeps every other line, after failed writes (%s, %i)',
  async (type, failures) => {
    const folder = testFolder();
    let answered = 0;
    const definition = experiment(() => (answered += 1));
    await failWrites(new RegExp(`"type":"${type}"`), failures);
    const failed = replay(definition, { folder, concurrency: 4 });
    await expect(failed).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('next.replay.jsonl: the file cannot be written: ENOSPC') as string,
    });
    const lines = (await readFile(join(folder, 'next.replay.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(() => lines.map((line) => JSON.parse(line) as unknown)).not.toThrow();
    const count = (of: string): number => lines.filter((line) => line.startsWith(`{"type":"${of}"`)).length;
    expect(count('start')).toBe(answered);
    const { lost } = await readReplay('next', { folder });
    expect(lost.calls).toBe(answered - count('end'));
    if (type === 'end') expect(lost.calls).toBeGreaterThanOrEqual(failures);
    const unstored = answered - count('answer');
    expect(unstored).toBeGreaterThanOrEqual(failures);
    const report = await replay(definition, { folder, concurrency: 4 });
    expect(report).toMatchObject({ missing: 0, lost: { calls: lost.calls } });
    expect(answered).toBe(UNITS + unstored);
  },
);

it('does not write after another process has taken over its lock', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const file = join(testFolder(), 'next.lock');
  const suspended = await acquireLock(file);
  await expect(acquireLock(file)).rejects.toThrow('another process runs this experiment');
  vi.setSystemTime(Date.now() + 3 * MINUTE);
  const next = await acquireLock(file);
  await expect(suspended.confirm()).rejects.toSatisfy(
    (error) => LlmError.is(error, 'config') && error.message.includes('another process has continued'),
  );
  await suspended.release();
  vi.setSystemTime(Date.now() + MINUTE);
  await expect(next.confirm()).resolves.toBeUndefined();
  await next.release();
});

it('takes over the lock of an earlier process with the same id, as in a restarted container', async () => {
  const file = join(testFolder(), 'next.lock');
  await acquireLock(file);
  const old = new Date(Date.now() - 3 * MINUTE);
  await utimes(file, old, old);
  const lock = await acquireLock(file);
  await lock.release();
});

it('rejects a journal of a later format', async () => {
  const folder = testFolder();
  await writeFile(join(folder, 'next.replay.jsonl'), '{"format":"majordomo-replay/2","name":"next"}\n');
  await expect(readReplay('next', { folder })).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('the file is not a majordomo-replay/1 file; remove it') as string,
  });
});

it.runIf(process.platform === 'linux')('closes a journal that it cannot open', async () => {
  const file = join(testFolder(), 'next.replay.jsonl');
  const expectClosed = async (): Promise<void> => {
    const opened = await readdir('/proc/self/fd');
    const targets = await Promise.all(opened.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    expect(targets).not.toContain(file);
  };
  const failure = new Error('EROFS: read-only file system, ftruncate');
  const truncate = vi.spyOn(await handlePrototype(), 'truncate').mockRejectedValueOnce(failure);
  onTestFinished(() => truncate.mockRestore());
  await expect(Journal.open(dirname(file), 'next')).rejects.toBe(failure);
  await expectClosed();
  await writeFile(file, '{"format":"majordomo-replay/2","name":"next"}\n');
  await expect(Journal.open(dirname(file), 'next')).rejects.toMatchObject({ kind: 'config' });
  await expectClosed();
});

it('releases its lock if the file cannot be closed', async () => {
  const folder = testFolder();
  const journal = await Journal.open(folder, 'next');
  const handle = journal['handle'];
  const { close } = handle;
  const failure = new Error('EIO: i/o error');
  vi.spyOn(handle, 'close').mockImplementationOnce(() => close().then(() => Promise.reject(failure)));
  await expect(journal.close()).rejects.toBe(failure);
  expect(await readdir(folder)).toEqual(['next.replay.jsonl']);
});

it('releases its lock if the file cannot be removed', async () => {
  const folder = testFolder();
  const file = join(folder, 'next.replay.jsonl');
  await writeFile(file, '{"format":"majordomo-replay/1","name":"next"}\n');
  const prototype = await handlePrototype();
  const { writeFile: write } = prototype;
  // When the lock is written, a folder replaces the file.
  const spy = vi.spyOn(prototype, 'writeFile').mockImplementationOnce(async function lock(
    this: Handle,
    data,
  ) {
    await write.call(this, data);
    await rm(file);
    await mkdir(file);
  });
  onTestFinished(() => spy.mockRestore());
  await expect(removeReplay('next', { folder })).rejects.toThrow('is a directory');
  expect(await readdir(folder)).toEqual(['next.replay.jsonl']);
});

it('leaves no lock file if the disk is full', async () => {
  const folder = testFolder();
  const write = vi
    .spyOn(await handlePrototype(), 'writeFile')
    .mockRejectedValueOnce(new Error('ENOSPC: no space left on device, write'));
  onTestFinished(() => write.mockRestore());
  await expect(acquireLock(join(folder, 'next.lock'))).rejects.toThrow('ENOSPC');
  expect(await readdir(folder)).toEqual([]);
});

it('syncs its lines again after a failed sync', async () => {
  const journal = await Journal.open(testFolder(), 'next');
  const sync = vi
    .spyOn(await handlePrototype(), 'datasync')
    .mockRejectedValueOnce(new Error('EIO: i/o error, fdatasync'));
  onTestFinished(() => sync.mockRestore());
  await journal.append({ type: 'end', id: 'a', nanoUsd: '0' });
  await expect(journal.sync()).rejects.toThrow('EIO: i/o error, fdatasync');
  await journal.close();
  expect(sync).toHaveBeenCalledTimes(2);
});
