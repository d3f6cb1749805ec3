// Replaces the tag of each action in the workflows by its commit: pnpm release:pin. Needs access to github.com.
// With `--check`, changes nothing, and fails if an action is not pinned.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitOf, pinned, usesOf } from './pins.ts';

const folder = join(import.meta.dirname, '../../.github/workflows');
const files = readdirSync(folder).map((name) => join(folder, name));
const commits = new Map();

/** @param {string} action @param {string} tag */
function resolve(action, tag) {
  const use = `${action}@${tag}`;
  if (!commits.has(use)) commits.set(use, readCommit(action, tag));
  return commits.get(use);
}

/** @param {string} action @param {string} tag */
function readCommit(action, tag) {
  const url = `https://github.com/${action.split('/').slice(0, 2).join('/')}`;
  const { status, stdout, stderr } = spawnSync('git', ['ls-remote', '--tags', url], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(
      `the tags of ${url} are not available; run the command with access to github.com:\n${stderr.trim()}`,
    );
  const found = commitOf(stdout, tag);
  if (found === undefined) throw new Error(`${url} has no tag ${tag}; correct the tag in the workflows`);
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
  try {
    // All tags are resolved before a file is written.
    const texts = files.map((file) => pinned(readFileSync(file, 'utf8'), resolve));
    for (const [at, file] of files.entries()) writeFileSync(file, texts[at]);
  } catch (error) {
    console.error(`release:pin: ${error.message}`);
    process.exitCode = 1;
  }
}
