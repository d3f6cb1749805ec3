import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { StoreCase } from './store-case.ts';

/*
 * `StoredFile` and `FileContentStore` of `@majordomo/files`. This package cannot import them, because the tests of `files` need this
 * package. One of them fails if the types differ.
 */

/** Description of a stored file. */
export interface TestedFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256?: string | undefined;
  readonly purpose: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Members of `FileContentStore`. */
export interface TestedFileStore {
  /** Stores content and the result of `describe`. Stores nothing if one of them rejects. */
  put(
    owner: string,
    id: string,
    content: ReadableStream<Uint8Array>,
    describe: () => Promise<TestedFile>,
  ): Promise<void>;
  /** Returns a file without its content; `undefined` if it does not exist. */
  get(owner: string, id: string): Promise<TestedFile | undefined>;
  /** Returns the content of a file, which stays readable after a deletion; `undefined` if the file does not exist. */
  read(owner: string, id: string): Promise<Blob | ReadableStream<Uint8Array> | undefined>;
  /** Returns the files of an owner, in any order. */
  list(owner: string): Promise<readonly TestedFile[]>;
  /** Deletes a file. Ignores a file that does not exist. */
  delete(owner: string, id: string): Promise<void>;
}

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type FileStores = readonly [mine: TestedFileStore, theirs: TestedFileStore];

const OWNERS: readonly string[] = [
  'a',
  'A',
  'a ',
  '../a',
  '["a"]',
  "'",
  '\\',
  '\0',
  '\uD800',
  '😀',
  'x'.repeat(2000),
];

const MIB = 1_048_576;

const about = (id: string, size: number): TestedFile => ({
  id,
  name: '../../etc/passwd \0 😀',
  mediaType: 'text/plain',
  size,
  purpose: 'user_data',
  createdAt: 1,
  expiresAt: 4_000_000_000_000,
});

const put = (files: TestedFileStore, owner: string, text: string, id = 'file-1'): Promise<void> =>
  files.put(owner, id, new Blob([text]).stream(), () => Promise.resolve(about(id, text.length)));

async function textOf(files: TestedFileStore, owner: string, id = 'file-1'): Promise<string | undefined> {
  const content = await files.read(owner, id);
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

/** Cases that every store of the files of a gateway must pass, for any test runner. */
export const fileStoreConformance: readonly StoreCase<FileStores>[] = [
  {
    name: 'returns and lists the files of an owner only, in every process',
    async run(create) {
      const [mine, theirs] = await create();
      for (const owner of OWNERS) await put(mine, owner, `of ${owner.length} ${owner}`);
      for (const owner of OWNERS) {
        const text = `of ${owner.length} ${owner}`;
        equal(await textOf(theirs, owner), new TextDecoder().decode(new TextEncoder().encode(text)));
        deepEqual(await theirs.get(owner, 'file-1'), about('file-1', text.length));
        deepEqual(await theirs.list(owner), [about('file-1', text.length)]);
      }
      deepEqual(
        [await mine.get('b', 'file-1'), await mine.read('b', 'file-1'), await mine.list('b')],
        [undefined, undefined, []],
      );
      equal(await mine.get('a', 'file-2'), undefined);
    },
  },
  {
    name: 'returns the same bytes for chunks of every size',
    async run(create) {
      const [mine, theirs] = await create();
      const { stream, bytes } = chunks();
      await mine.put('a', 'file-1', stream, () => Promise.resolve(about('file-1', bytes.length)));
      const content = await theirs.read('a', 'file-1');
      ok(content);
      const stored = new Uint8Array(await new Response(content).arrayBuffer());
      ok(stored.length === bytes.length && stored.every((byte, at) => byte === bytes[at]));
    },
  },
  {
    name: 'stores an empty file',
    async run(create) {
      const [mine, theirs] = await create();
      await put(mine, 'a', '');
      equal(await textOf(theirs, 'a'), '');
    },
  },
  {
    name: 'stores nothing if the content or its description fails',
    async run(create) {
      const [mine, theirs] = await create();
      const describe = (): Promise<TestedFile> => Promise.resolve(about('file-1', 10));
      await rejects(mine.put('a', 'file-1', cutStream(), describe), { message: 'the client has left' });
      const fail = (): Promise<TestedFile> => Promise.reject(new Error('no purpose'));
      await rejects(mine.put('a', 'file-1', new Blob(['x']).stream(), fail), { message: 'no purpose' });
      for (const files of [mine, theirs])
        deepEqual(
          [await files.list('a'), await files.get('a', 'file-1'), await files.read('a', 'file-1')],
          [[], undefined, undefined],
        );
      await put(mine, 'a', 'one');
      equal(await textOf(theirs, 'a'), 'one');
    },
  },
  {
    name: 'shows a file when its upload has ended',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.put('a', 'file-1', new Blob(['one']).stream(), async () => {
        deepEqual([await theirs.list('a'), await theirs.get('a', 'file-1')], [[], undefined]);
        return about('file-1', 3);
      });
      equal(await textOf(theirs, 'a'), 'one');
    },
  },
  {
    name: 'keeps the content of a deleted file readable for those who have it',
    async run(create) {
      const [mine, theirs] = await create();
      await put(mine, 'a', 'x'.repeat(2 * MIB));
      const found = await theirs.read('a', 'file-1');
      await mine.delete('a', 'file-1');
      await mine.delete('a', 'file-1');
      deepEqual([await theirs.list('a'), await theirs.read('a', 'file-1')], [[], undefined]);
      equal(found && (await new Response(found).text()).length, 2 * MIB);
    },
  },
  {
    name: 'stores parallel uploads separately',
    async run(create) {
      const [mine, theirs] = await create();
      const ids = Array.from({ length: 20 }, (_, number) => `file-${number}`);
      await Promise.all(
        ids.map((id, number) => put(number % 2 === 0 ? mine : theirs, 'a', id.repeat(9), id)),
      );
      for (const id of ids) equal(await textOf(mine, 'a', id), id.repeat(9));
      deepEqual((await mine.list('a')).map(({ id }) => id).toSorted(), ids.toSorted());
    },
  },
];
