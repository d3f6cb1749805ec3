import { memoryFiles, type FileContentStore, type StoredFile } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'majordomo-files-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const ID = 'file-1';
const about = (size: number): StoredFile => ({
  id: ID,
  name: '../../etc/passwd',
  mediaType: 'text/plain',
  size,
  purpose: 'user_data',
  createdAt: 1,
  expiresAt: 2,
});

const store = (files: FileContentStore, owner: string, text: string): Promise<void> =>
  files.put(owner, ID, new Blob([text]).stream(), () => Promise.resolve(about(text.length)));

const textOf = async (files: FileContentStore, owner: string): Promise<string | undefined> =>
  (await files.get(owner, ID))?.content.text();

/** Returns a stream that fails after its first chunk. */
function brokenStream(): ReadableStream<Uint8Array> {
  let pulls = 0;
  return new ReadableStream({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new Uint8Array(10));
      else controller.error(new Error('the client has left'));
    },
  });
}

let folders = 0;
const STORES: readonly (readonly [string, () => FileContentStore])[] = [
  ['memoryFiles', memoryFiles],
  ['folderFiles', () => folderFiles(join(root, `store ${folders++}`))],
];

describe.each(STORES)('%s', (_name, create) => {
  it('returns and lists the files of an owner only', async () => {
    const files = create();
    await store(files, 'a', 'one');
    await store(files, 'b', 'two');
    expect([await textOf(files, 'a'), await textOf(files, 'b'), await textOf(files, 'c')]).toEqual([
      'one',
      'two',
      undefined,
    ]);
    expect(await files.list('a')).toEqual([about(3)]);
    expect(await files.list('c')).toEqual([]);
  });

  it('stores nothing if the content or its description fails', async () => {
    const files = create();
    const cut = files.put('a', ID, brokenStream(), () => Promise.resolve(about(10)));
    await expect(cut).rejects.toThrow('the client has left');
    const refused = files.put('a', ID, new Blob(['x']).stream(), () =>
      Promise.reject(new Error('no purpose')),
    );
    await expect(refused).rejects.toThrow('no purpose');
    expect([await files.list('a'), await textOf(files, 'a')]).toEqual([[], undefined]);
  });

  it('keeps the content of a deleted file readable for those who have it', async () => {
    const files = create();
    await store(files, 'a', 'one');
    const found = await files.get('a', ID);
    await files.delete('a', ID);
    await files.delete('a', ID);
    expect([await textOf(files, 'a'), await files.list('a')]).toEqual([undefined, []]);
    expect(await found?.content.text()).toBe('one');
  });
});

describe('folderFiles', () => {
  const entries = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it.skipIf(process.platform === 'win32')('creates files that only its user can read', async () => {
    const folder = join(root, 'modes');
    await store(folderFiles(folder), 'a', 'one');
    const modes = entries(folder).map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
  });

  it('shares its folder with other processes, and uses no name of a client', async () => {
    const folder = join(root, 'shared');
    await store(folderFiles(folder), '../a', 'one');
    expect(await textOf(folderFiles(folder), '../a')).toBe('one');
    expect(entries(folder).every((path) => path.startsWith(folder))).toBe(true);
  });

  it('removes the content of files that were deleted ten minutes ago, and of unfinished uploads', async () => {
    const folder = join(root, 'sweep');
    const files = folderFiles(folder);
    await store(files, 'a', 'one');
    await files.delete('a', ID);
    expect(entries(folder)).toHaveLength(2);
    const before = new Date(Date.now() - 86_400_000);
    for (const path of entries(folder)) utimesSync(path, before, before);
    await files.put('a', 'file-2', new Blob(['two']).stream(), () => Promise.resolve(about(3)));
    expect(entries(folder).map((path) => path.split('file-')[1])).toEqual(['2', '2.json']);
  });

  it('refuses an id that is a path', async () => {
    const files = folderFiles(join(root, 'ids'));
    await expect(files.get('a', '../file-1')).rejects.toMatchObject({ kind: 'invalid-request' });
  });
});
