import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished, vi } from 'vitest';
import { TemporaryFolder } from './temporary-folder.ts';

const PREFIX = 'majordomo-file-copies-';

/** Returns an empty folder that replaces the one of the system. */
function temporaryRoot(): string {
  const root = testFolder();
  vi.stubEnv('TMPDIR', root);
  onTestFinished(() => void vi.unstubAllEnvs());
  return root;
}

/** Creates a folder of another process with a file. */
function folderOf(root: string, name: string, usedAt: number): void {
  const path = join(root, name);
  mkdirSync(path);
  writeFileSync(join(path, 'copy'), 'secret');
  utimesSync(path, new Date(usedAt), new Date(usedAt));
}

const write = (folder: TemporaryFolder, name: string): Promise<Blob> =>
  folder.write(name, new Blob(['content']).stream(), 'text/plain');

it.skipIf(process.platform === 'win32')('removes the folders that killed processes have left', async () => {
  const root = temporaryRoot();
  const day = 86_400_000;
  folderOf(root, `${PREFIX}killed`, Date.now() - day - 60_000);
  folderOf(root, `${PREFIX}running`, Date.now() - day + 60_000);
  folderOf(root, 'other', 0);
  expect(await (await write(new TemporaryFolder(), 'a')).text()).toBe('content');
  await expect.poll(() => readdirSync(root)).not.toContain(`${PREFIX}killed`);
  expect(readdirSync(root)).toEqual(expect.arrayContaining([`${PREFIX}running`, 'other']));
});

it.skipIf(process.platform === 'win32')(
  'is in use after `touch`, and created again after its removal',
  async () => {
    const root = temporaryRoot();
    const folder = new TemporaryFolder();
    await write(folder, 'a');
    const path = join(root, readdirSync(root)[0] ?? '');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    utimesSync(path, 0, 0);
    folder.touch();
    await expect.poll(() => statSync(path).mtimeMs).toBeGreaterThan(0);
    rmSync(path, { recursive: true });
    expect(await (await write(folder, 'b')).text()).toBe('content');
    expect(readdirSync(path)).toEqual(['b']);
  },
);

it.skipIf(process.platform === 'win32')('is in use from the beginning of a write', async () => {
  const root = temporaryRoot();
  const folder = new TemporaryFolder();
  await write(folder, 'a');
  const path = join(root, readdirSync(root)[0] ?? '');
  utimesSync(path, 0, 0);
  const writing = write(folder, 'b');
  expect(statSync(path).mtimeMs).toBeGreaterThan(0);
  expect(await (await writing).text()).toBe('content');
});
