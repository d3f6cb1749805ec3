import type { FileContentStore } from './content-store.ts';

/** Creates a store that keeps files in the memory of the process, for tests and a single process with small files. */
export function memoryFiles(): FileContentStore {
  const contents = new Map<string, Blob>();
  return {
    async put(id, content) {
      contents.set(id, await new Response(content).blob());
    },
    read: (id) => Promise.resolve(contents.get(id)),
    delete(id) {
      contents.delete(id);
      return Promise.resolve();
    },
  };
}
