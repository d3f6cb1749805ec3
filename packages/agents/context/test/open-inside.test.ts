import { execFileSync } from 'node:child_process';
import fs, { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { openInside } from '../src/node.ts';

let home: string;
let root: string;
beforeEach(async () => {
  home = testFolder();
  root = path.join(home, 'root');
  await mkdir(path.join(root, 'docs'), { recursive: true });
  await mkdir(path.join(home, 'outer'));
  await writeFile(path.join(root, 'docs/a.md'), 'inner');
  await writeFile(path.join(home, 'outer/a.md'), 'SECRET');
});

const contentOf = async (name: string): Promise<readonly string[]> => {
  const opened = await openInside(root, name);
  if ('problem' in opened) return [opened.problem];
  await using file = opened.file;
  return [opened.path, await file.readFile('utf8')];
};

it.each(['docs/a.md', './docs/../docs/a.md'])('opens %s', async (name) => {
  expect(await contentOf(name)).toEqual([path.join('docs', 'a.md'), 'inner']);
});

it('opens a link inside the folder, and returns its real path', async () => {
  await symlink('docs/a.md', path.join(root, 'link'));
  expect(await contentOf('link')).toEqual([path.join('docs', 'a.md'), 'inner']);
});

it('accepts a folder that is a link', async () => {
  await symlink(root, path.join(home, 'link'));
  const opened = await openInside(path.join(home, 'link'), 'docs/a.md');
  expect(opened).toMatchObject({ path: path.join('docs', 'a.md') });
  if ('file' in opened) await opened.file.close();
});

it.each([
  ['none', 'missing'],
  ['docs', 'not a file'],
  ['.', 'not a file'],
  ['pipe', 'not a file'],
  ['..', 'outside'],
  ['../outer/a.md', 'outside'],
  ['file', 'outside'],
  ['folder/a.md', 'outside'],
  ['device', 'outside'],
])('refuses %s: %s', async (name, problem) => {
  await symlink('../outer/a.md', path.join(root, 'file'));
  await symlink('../outer', path.join(root, 'folder'));
  await symlink('/dev/tty', path.join(root, 'device'));
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
  expect(await contentOf(name)).toEqual([problem]);
});

it('refuses a file of a folder that does not exist', async () => {
  expect(await openInside(path.join(home, 'none'), 'a.md')).toEqual({ problem: 'missing' });
});

/** Runs a function before each file is opened, until the test ends. */
function beforeOpen(run: () => Promise<void>): void {
  const { open } = fs;
  const spy = vi.spyOn(fs, 'open').mockImplementation(async (...args) => {
    await run();
    return open(...args);
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

it('refuses a file that becomes a link before it is opened', async () => {
  beforeOpen(async () => {
    await rm(path.join(root, 'docs/a.md'));
    await symlink('../../outer/a.md', path.join(root, 'docs/a.md'));
  });
  expect(await contentOf('docs/a.md')).toEqual(['unreadable']);
});

it('refuses a file of a folder that becomes a link before the file is opened', async () => {
  beforeOpen(async () => {
    await rename(path.join(root, 'docs'), path.join(root, 'before'));
    await symlink('../outer', path.join(root, 'docs'));
  });
  expect(await contentOf('docs/a.md')).toEqual(['unreadable']);
});
