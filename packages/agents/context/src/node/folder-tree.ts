import { readdir } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isGitName, isRepository } from './open-inside.ts';
import { readText } from './read-inside.ts';

const MAX_ENTRIES = 500;
const MAX_DEPTH = 6;

/** Lists the entries of a folder to a depth of six, without ignored files. Lists links but does not follow them. */
export async function folderTree(
  root: string,
  folder: string,
): Promise<{ readonly lines: readonly string[]; readonly isCut: boolean }> {
  const lines: string[] = [];
  const rules: (readonly [folder: string, rules: Ignore])[] = [];
  for (const above of between(root, folder)) await addRules(root, above, rules);
  const walk = async (at: string, level: number): Promise<void> => {
    if (at !== folder) await addRules(root, at, rules);
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const here = path.join(at, entry.name);
      const isFolder = entry.isDirectory();
      if (isGitName(entry.name) || isIgnored(here, isFolder, rules)) continue;
      if (isFolder && (await isRepository(here))) continue;
      // One entry above the maximum is listed, so that `isCut` is known. It is removed at the end.
      if (lines.length > MAX_ENTRIES) return;
      lines.push(`${path.relative(folder, here).replaceAll('\\', '/')}${isFolder ? '/' : ''}`);
      if (isFolder && level < MAX_DEPTH) await walk(here, level + 1);
    }
  };
  await walk(folder, 1);
  return { lines: lines.slice(0, MAX_ENTRIES), isCut: lines.length > MAX_ENTRIES };
}

/** Returns the root and every folder between the root and `folder`. */
function between(root: string, folder: string): readonly string[] {
  const steps = path
    .relative(root, folder)
    .split(path.sep)
    .filter((step) => step !== '');
  return [root, ...steps.map((_, at) => path.join(root, ...steps.slice(0, at + 1)))];
}

async function addRules(root: string, folder: string, rules: (readonly [string, Ignore])[]): Promise<void> {
  const name = path.relative(root, path.join(folder, '.gitignore'));
  const found = await readText(root, name, { complete: false });
  if ('text' in found && found.text !== '') rules.push([folder, ignore().add(found.text)]);
}

function isIgnored(name: string, isFolder: boolean, rules: readonly (readonly [string, Ignore])[]): boolean {
  return rules.some(([folder, ignored]) => {
    const relative = path.relative(folder, name).replaceAll('\\', '/');
    return (
      relative !== '' && !relative.startsWith('..') && ignored.ignores(isFolder ? `${relative}/` : relative)
    );
  });
}
