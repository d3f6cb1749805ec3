import type { FileContentStore, StoredFile } from './content-store.ts';

interface Entry {
  readonly file: StoredFile;
  readonly content: Blob;
}

/** Creates a store that keeps files in the memory of the process, for tests and a single process with small files. */
export function memoryFiles(): FileContentStore {
  const owners = new Map<string, Map<string, Entry>>();
  return {
    async put(owner, id, content, describe) {
      const blob = await new Response(content).blob();
      removeExpired(owners);
      const entry: Entry = { file: await describe(), content: blob };
      const files = owners.get(owner) ?? new Map<string, Entry>();
      owners.set(owner, files.set(id, entry));
    },
    get: (owner, id) => Promise.resolve(owners.get(owner)?.get(id)?.file),
    read: (owner, id) => Promise.resolve(owners.get(owner)?.get(id)?.content),
    list: (owner) => Promise.resolve([...(owners.get(owner)?.values() ?? [])].map(({ file }) => file)),
    delete(owner, id) {
      owners.get(owner)?.delete(id);
      return Promise.resolve();
    },
  };
}

function removeExpired(owners: ReadonlyMap<string, Map<string, Entry>>): void {
  const now = Date.now();
  for (const files of owners.values())
    for (const [id, { file }] of files) if (file.expiresAt <= now) files.delete(id);
}
