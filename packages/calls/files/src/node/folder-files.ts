import { openAsBlob } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import type { FileContentStore } from '../content-store.ts';

const ID = /^[\w-]{1,100}$/;

/**
 * Creates a store that keeps files in a folder, which it creates if necessary. Several processes can share the folder. The names of
 * clients are not used as names of files. Only the user of the process can read the files.
 */
export function folderFiles(path: string): FileContentStore {
  if (typeof path !== 'string' || path === '')
    throw new LlmError('config', 'folderFiles: path must be the path of a folder', { path: 'path' });
  const pathOf = (id: string): string => {
    if (!ID.test(id))
      throw new LlmError('invalid-request', 'folderFiles: the id of a file is invalid', { path: 'id' });
    return join(path, id);
  };
  return {
    put: async (id, content) => {
      const target = pathOf(id);
      await mkdir(path, { recursive: true, mode: 0o700 });
      try {
        await writeContent(`${target}.part`, content);
        await rename(`${target}.part`, target);
      } catch (error) {
        await rm(`${target}.part`, { force: true });
        throw error;
      }
    },
    read: async (id) => {
      const target = pathOf(id);
      const exists = await access(target).then(
        () => true,
        () => false,
      );
      return exists ? openAsBlob(target) : undefined;
    },
    // A blob of a running call can read the content until the gateway deletes it.
    delete: async (id) => {
      const target = pathOf(id);
      await Promise.all([target, `${target}.part`].map((each) => rm(each, { force: true })));
    },
  };
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
