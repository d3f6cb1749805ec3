import { fileStoreConformance } from '@majordomo/conformance';
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

async function textOf(files: FileContentStore, owner: string): Promise<string | undefined> {
  const content = await files.read(owner, ID);
  return content && new Response(content).text();
}

let folders = 0;

describe('memoryFiles', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const files = memoryFiles();
        return [files, files];
      }),
    );
});

describe('folderFiles', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const folder = join(root, `store ${folders++}`);
        return [folderFiles(folder), folderFiles(folder)];
      }),
    );

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
