// Script `pkgcheck` of each package, run in its folder: packs the package as it is published, and checks the tarball.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksIn, lacksOfSize } from './lacks.ts';
import { contentsOf } from './tarball.mjs';

const TOOLS = join(import.meta.dirname, '../../node_modules/.bin');
const SIZES = JSON.parse(readFileSync(join(import.meta.dirname, 'sizes.json'), 'utf8'));

/** Packs the package of `folder` into the file `tarball`, and returns its size and its problems. */
export function checkPackage(folder, tarball) {
  const packed = run(folder, 'pnpm', 'pack', '--out', tarball);
  if (packed.status !== 0) return { files: 0, bytes: 0, problems: [packed.output] };
  const { manifest, paths, bytes } = contentsOf(tarball);
  const problems = [...lacksIn(manifest, paths), ...lacksOfSize(manifest.name, bytes, SIZES.unpacked)];
  for (const [command, ...args] of [
    ['publint', '--strict', tarball],
    ['attw', '--profile', 'esm-only', tarball],
  ]) {
    const { status, output } = run(folder, join(TOOLS, command), ...args);
    if (status !== 0) problems.push(output);
  }
  return { files: paths.length, bytes, problems };
}

function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}`.trim() };
}

if (import.meta.main) {
  const { problems } = checkPackage(process.cwd(), join(process.cwd(), '.turbo/package.tgz'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
