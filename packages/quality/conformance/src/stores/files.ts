import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { storeCase, type StoreCase } from './store-case.ts';

/*
 * `FileContentStore` of `@majordomo/files`. This package cannot import it, because the tests of `files` need this package. One of them
 * fails if the types differ.
 */

/** Members of `FileContentStore`. */
export interface TestedFileContent {
  /** Stores content. Rejects with the error of the content if it cannot be read. */
  put(id: string, content: ReadableStream<Uint8Array>): Promise<void>;
  /** Returns content; `undefined` if none is stored. */
  read(id: string): Promise<Blob | ReadableStream<Uint8Array> | undefined>;
  /** Deletes content. Ignores an id under which none is stored. */
  delete(id: string): Promise<void>;
}

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type FileStores = readonly [mine: TestedFileContent, theirs: TestedFileContent];

const MIB = 1_048_576;

const put = (files: TestedFileContent, text: string, id = 'file-1'): Promise<void> =>
  files.put(id, new Blob([text]).stream());

async function textOf(files: TestedFileContent, id = 'file-1'): Promise<string | undefined> {
  const content = await files.read(id);
  return content && new Response(content).text();
}

/** Returns a stream that fails after 3 MiB, when several pieces have been stored. */
function cutStream(): ReadableStream<Uint8Array> {
  let pulls = 0;
  return new ReadableStream({
    pull(controller) {
      if (pulls++ < 3) controller.enqueue(new Uint8Array(MIB));
      else controller.error(new Error('the client has left'));
    },
  });
}

/** Returns a stream of chunks of many sizes, and its content. */
function chunks(): { readonly stream: ReadableStream<Uint8Array>; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(3 * MIB + 7);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31) % 251;
  const sizes = [1, 0, 70_000, 3, MIB, 500_000];
  let start = 0;
  let turn = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(bytes.slice(start, start + size));
      start += size;
      if (start >= bytes.length) controller.close();
    },
  });
  return { stream, bytes };
}

/** Cases that every store of the bytes of files must pass, for any test runner. */
export const fileStoreConformance: readonly StoreCase<FileStores>[] = [
  storeCase('returns content in every process', async (mine, theirs) => {
    await put(mine, 'one');
    equal(await textOf(theirs), 'one');
    equal(await theirs.read('file-2'), undefined);
  }),
  storeCase('returns the same bytes for chunks of every size', async (mine, theirs) => {
    const { stream, bytes } = chunks();
    await mine.put('file-1', stream);
    const content = await theirs.read('file-1');
    ok(content);
    const stored = new Uint8Array(await new Response(content).arrayBuffer());
    ok(stored.length === bytes.length && stored.every((byte, at) => byte === bytes[at]));
  }),
  storeCase('stores an empty file', async (mine, theirs) => {
    await put(mine, '');
    equal(await textOf(theirs), '');
  }),
  storeCase(
    'rejects with the error of content that cannot be read, and stores the same file later',
    async (mine, theirs) => {
      await rejects(mine.put('file-1', cutStream()), { message: 'the client has left' });
      await theirs.delete('file-1');
      equal(await theirs.read('file-1'), undefined);
      await put(theirs, 'one');
      equal(await textOf(mine), 'one');
    },
  ),
  storeCase('deletes content, and ignores content that does not exist', async (mine, theirs) => {
    await put(mine, 'x'.repeat(2 * MIB));
    await put(mine, 'two', 'file-2');
    await theirs.delete('file-1');
    await mine.delete('file-1');
    deepEqual([await mine.read('file-1'), await textOf(mine, 'file-2')], [undefined, 'two']);
  }),
  storeCase('stores parallel uploads separately', async (mine, theirs) => {
    const ids = Array.from({ length: 20 }, (_, number) => `file-${number}`);
    await Promise.all(ids.map((id, number) => put(number % 2 === 0 ? mine : theirs, id.repeat(9), id)));
    for (const id of ids) equal(await textOf(mine, id), id.repeat(9));
  }),
];
