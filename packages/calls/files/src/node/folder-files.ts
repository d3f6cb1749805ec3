import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { LlmError } from '@majordomo/core';
import type { FileContentStore, StoredFile } from '../content-store.ts';

/** Time for which the content of a deleted or expired file stays readable, so that running calls can send it, in milliseconds. */
const DELETED_MS = 600_000;
/** Time after which an unfinished upload belongs to a process that has ended, in milliseconds. */
const UNFINISHED_MS = 86_400_000;
/** Minimum time between two searches for files to remove, in milliseconds. */
const SWEEP_EVERY_MS = 3_600_000;

const ID = /^[\w-]{1,100}$/;

/**
 * Creates a store that keeps files in a folder, which it creates if necessary. Several processes can share the folder. The names of
 * clients are not used as names of files. Only the user of the process can read the files. Content of a deleted or
 * expired file is removed 10 minutes later or, after a restart, with a later upload.
 */
export function folderFiles(path: string): FileContentStore {
  if (typeof path !== 'string' || path === '')
    throw new LlmError('config', 'folderFiles: path must be the path of a folder', { path: 'path' });
  const folderOf = (owner: string): string => join(path, createHash('sha256').update(owner).digest('hex'));
  let sweepAt = 0;
  /** Sweeps the folders of all owners. Ignores errors, because the next search finds the same files. */
  const sweepSometimes = async (): Promise<void> => {
    const now = Date.now();
    if (now < sweepAt) return;
    sweepAt = now + SWEEP_EVERY_MS;
    for (const name of await namesIn(path)) await sweep(join(path, name)).catch(() => undefined);
  };
  return {
    put: async (owner, id, content, describe) => {
      const folder = folderOf(owner);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      sweepSometimes().catch(() => undefined);
      const place = placeOf(folder, id);
      try {
        await writeContent(`${place}.part`, content);
        const description = new Blob([JSON.stringify(await describe())]);
        await writeContent(`${place}.json.part`, description.stream());
        await rename(`${place}.part`, place);
        // The file exists from now on.
        await rename(`${place}.json.part`, `${place}.json`);
      } catch (error) {
        const paths = [place, `${place}.part`, `${place}.json.part`];
        await Promise.all(paths.map((each) => rm(each, { force: true })));
        throw error;
      }
    },
    get: async (owner, id) => read(`${placeOf(folderOf(owner), id)}.json`),
    read: async (owner, id) => {
      const place = placeOf(folderOf(owner), id);
      const file = await read(`${place}.json`);
      return file && (await openAsBlob(place, { type: file.mediaType }));
    },
    list: async (owner) => {
      const folder = folderOf(owner);
      const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
      const files = await Promise.all(names.map((name) => read(join(folder, name))));
      return files.filter((file) => file !== undefined);
    },
    delete: async (owner, id) => {
      const folder = folderOf(owner);
      const place = placeOf(folder, id);
      // Renaming does not change the content, which a blob of a running call may still read.
      await ignoreMissing(rename(`${place}.json`, `${place}.deleted`));
      await ignoreMissing(writeFile(`${place}.deleted`, '', { flag: 'r+' }));
      setTimeout(() => void sweep(folder).catch(() => undefined), DELETED_MS + 1000).unref();
    },
  };
}

function placeOf(folder: string, id: string): string {
  if (!ID.test(id))
    throw new LlmError('invalid-request', 'folderFiles: the id of a file is invalid', { path: 'id' });
  return join(folder, id);
}

/** Writes content to a new file, and waits until the disk has it. */
async function writeContent(path: string, content: ReadableStream<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the content of deleted and expired files, and uploads of processes that have ended. */
async function sweep(folder: string): Promise<void> {
  const names = new Set(await namesIn(folder));
  for (const name of names) {
    const path = join(folder, name);
    const extension = extname(name);
    const content = path.slice(0, path.length - extension.length);
    if (extension === '.part' && (await isOlder(path, UNFINISHED_MS))) await remove(path);
    if (extension === '.deleted' && (await isOlder(path, DELETED_MS))) await remove(content, path);
    if (extension === '.json' && (await hasExpired(path))) await remove(path, content);
    const isComplete = names.has(`${name}.json`) || names.has(`${name}.deleted`);
    // The process has ended between the two steps that complete an upload.
    if (extension === '' && !isComplete && (await isOlder(path, UNFINISHED_MS))) await remove(path);
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  const found = await ignoreMissing(stat(path));
  return found !== undefined && Date.now() - found.mtimeMs >= ms;
}

async function hasExpired(path: string): Promise<boolean> {
  const file = await read(path);
  return file !== undefined && file.expiresAt + DELETED_MS <= Date.now();
}

async function remove(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await ignoreMissing(readdir(folder))) ?? [];

async function read(path: string): Promise<StoredFile | undefined> {
  const text = await ignoreMissing(readFile(path, 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as StoredFile);
}

const ignoreMissing = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  });
