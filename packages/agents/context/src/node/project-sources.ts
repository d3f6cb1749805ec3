import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { locateInside } from './open-inside.ts';

/** Files that become one layer of the prompt. The paths in `files` are relative to `root`. */
export interface ProjectSource {
  readonly name: string;
  readonly root: string;
  readonly files: readonly string[];
}

const OWN_FILES = ['.majordomo.md', '.hermes.md', 'HERMES.md'];
const COMMON_FILES = ['AGENTS.md', 'agents.md', 'CLAUDE.md', 'claude.md'];
const CURSOR_RULES = path.join('.cursor', 'rules');

/** Returns the sources of project instructions, in order of precedence. */
export async function projectSources(cwd: string): Promise<readonly ProjectSource[]> {
  const folders = await upToRepository(cwd);
  const root = folders.at(-1) ?? cwd;
  const inRoot = (folder: string, name: string): ProjectSource => ({
    name,
    root,
    files: [path.relative(root, path.join(folder, name))],
  });
  const cursor = ['.cursorrules', ...(await rulesIn(root, cwd))];
  return [
    ...folders.flatMap((folder) => OWN_FILES.map((name) => inRoot(folder, name))),
    ...COMMON_FILES.map((name) => inRoot(cwd, name)),
    { name: '.cursorrules', root, files: cursor.map((file) => path.relative(root, path.join(cwd, file))) },
  ];
}

/** Returns the folder and its parents up to a folder with `.git`. Returns only the folder if no parent has `.git`. */
async function upToRepository(cwd: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.push(folder);
    const isRoot = await stat(path.join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) return folders;
    if (path.dirname(folder) === folder) return [cwd];
  }
}

async function rulesIn(root: string, cwd: string): Promise<readonly string[]> {
  const located = await locateInside(root, path.relative(root, path.join(cwd, CURSOR_RULES)));
  if ('problem' in located) return [];
  const entries = await readdir(located.real).catch(() => []);
  const names = entries.filter((name) => name.endsWith('.mdc'));
  return names.toSorted().map((name) => path.join(CURSOR_RULES, name));
}
