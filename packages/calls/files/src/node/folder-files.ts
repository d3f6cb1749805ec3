import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import type { FileContentStore, StoredFile } from '../content-store.ts';

/** Time for which the content of a deleted file stays readable, so that running calls can send it, in milliseconds. */
const DELETED_MS = 600_000;
/** Time after which an unfinished upload belongs to a process that has ended, in milliseconds. */
const UNFINISHED_MS = 86_400_000;

const ID = /^[\w-]{1,100}$/;

/**
 * Creates a store that keeps files in a folder, which it creates if necessary. Several processes can share the folder. The names of
 * clients are not used as names of files. Only the user of the process can read the files. Content of a deleted file is removed 10
 * minutes later.
 */
export function folderFiles(path: string): FileContentStore {
  if (typeof path !== 'string' || path === '')
    throw new LlmError('config', 'folderFiles: path must be the path of a folder', { path: 'path' });
  const folderOf = (owner: string): string => join(path, createHash('sha256').update(owner).digest('hex'));
  return {
    put: async (owner, id, content, describe) => {
      const folder = folderOf(owner);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweep(folder);
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

/** Removes the content of deleted files, and uploads of processes that have ended. */
async function sweep(folder: string): Promise<void> {
  const now = Date.now();
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const isDeleted = name.endsWith('.deleted');
    if (!isDeleted && !name.endsWith('.part')) continue;
    const { mtimeMs } = (await ignoreMissing(stat(path))) ?? { mtimeMs: now };
    if (now - mtimeMs < (isDeleted ? DELETED_MS : UNFINISHED_MS)) continue;
    if (isDeleted) await rm(path.slice(0, -'.deleted'.length), { force: true });
    await rm(path, { force: true });
  }
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
