import { fileStoreConformance, type TestedFileContent } from '@majordomo/conformance';
import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { describe, expect, expectTypeOf, it } from 'vitest';

const root = suiteFolder();

const ID = 'file-1';
const put = (files: FileContentStore, text: string): Promise<void> =>
  files.put(ID, new Blob([text]).stream());

it('is tested with the same type', () => {
  expectTypeOf<TestedFileContent>().toEqualTypeOf<FileContentStore>();
});

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
    await put(folderFiles(folder), 'one');
    const modes = entries(folder).map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600]);
  });

  it('deletes the content of an unfinished upload', async () => {
    const folder = join(root, 'unfinished');
    const files = folderFiles(folder);
    await put(files, 'one');
    // The process was killed while it wrote the file.
    writeFileSync(join(folder, 'file-2.part'), 'x');
    expect(await files.read('file-2')).toBeUndefined();
    await files.delete('file-2');
    expect(entries(folder)).toEqual([join(folder, ID)]);
  });

  it('refuses an id that is a path', async () => {
    const files = folderFiles(join(root, 'ids'));
    for (const work of [
      files.read('../file-1'),
      files.delete('a/b'),
      put({ ...files, put: () => files.put('..', new Blob([]).stream()) }, ''),
    ])
      await expect(work).rejects.toMatchObject({ kind: 'invalid-request' });
  });
});
