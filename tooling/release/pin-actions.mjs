// Replaces the tag of each action in the workflows by its commit: pnpm release:pin. Needs access to github.com.
// With `--check`, changes nothing, and fails if an action is not pinned.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitOf, pinned, usesOf } from './pins.mjs';

const folder = join(import.meta.dirname, '../../.github/workflows');
const files = readdirSync(folder).map((name) => join(folder, name));
const refs = new Map();

/** @param {string} action @param {string} tag */
function resolve(action, tag) {
  const repository = action.split('/').slice(0, 2).join('/');
  if (!refs.has(repository)) {
    const url = `https://github.com/${repository}`;
    const { status, stdout, stderr } = spawnSync('git', ['ls-remote', '--tags', url], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the tags of ${url} cannot be read: ${stderr.trim()}`);
    refs.set(repository, stdout);
  }
  const found = commitOf(refs.get(repository), tag);
  if (found === undefined) throw new Error(`${repository} has no tag ${tag}`);
  console.log(`${action}@${tag}: ${found.version}, ${found.commit}`);
  return found;
}

if (process.argv.includes('--check')) {
  const loose = files.flatMap((file) => usesOf(readFileSync(file, 'utf8')).filter((use) => !use.isPinned));
  for (const name of new Set(loose.map(({ action, ref }) => `${action}@${ref}`)))
    console.error(`${name} is not pinned to a commit`);
  if (loose.length > 0)
    console.error('run `pnpm release:pin` with access to github.com, and commit the result');
  process.exitCode = loose.length > 0 ? 1 : 0;
} else {
  for (const file of files) writeFileSync(file, pinned(readFileSync(file, 'utf8'), resolve));
}
