// Rehearses a release: packs every package, checks the tarballs, runs npm's dry run of publishing, and prints the next versions
// that changesets computes. The last benchmark must be from this commit and meet every bound. Prints one line per package.
//
// pnpm release:dry --out FOLDER: stores the tarballs that the release publishes
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lacksIn, lacksOfSize } from './lacks.mjs';
import { publicPackages } from './packages.mjs';
import { lacksOfSpeed } from './speed.mjs';
import { contentsOf } from './tarball.mjs';

const ROOT = join(import.meta.dirname, '../..');
const BENCH = join(ROOT, 'tooling/bench/out/node-24.json');
const CEILINGS = JSON.parse(readFileSync(join(import.meta.dirname, 'sizes.json'), 'utf8'));
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-release-'));
const destination = out === undefined ? scratch : resolve(out);
mkdirSync(destination, { recursive: true });

try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function main() {
  const results = publicPackages().map((one) => rehearse(one));
  for (const { name, files, bytes, packed, problems } of results) {
    console.log(
      `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${files} files, ${packed} bytes packed, ${bytes} of ${CEILINGS[name]} bytes unpacked`,
    );
    for (const problem of problems) console.log(`         ${problem}`);
  }
  const slow = speed();
  for (const problem of slow) console.log(`FAILED speed: ${problem}`);
  const status = changesets();
  console.log(status.text);
  const broken = results.filter(({ problems }) => problems.length > 0).length;
  const failed = broken + slow.length + (status.isGood ? 0 : 1);
  console.log(`${results.length} packages, ${failed} problems`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}

function rehearse({ folder, name, tarball }) {
  const packed = run('pnpm', ['pack', '--pack-destination', destination], folder);
  if (packed.status !== 0)
    return { name, files: 0, bytes: 0, packed: 0, problems: [`pnpm pack: ${lastLine(packed)}`] };
  const file = join(destination, tarball);
  const published = run('npm', ['publish', file, '--dry-run', '--access', 'public'], scratch);
  const { manifest, paths, bytes } = contentsOf(file);
  const problems = [...lacksIn(manifest, paths), ...lacksOfSize(name, bytes, CEILINGS)];
  if (published.status !== 0) problems.push(`npm publish --dry-run: ${lastLine(published)}`);
  return { name, files: paths.length, bytes, packed: readFileSync(file).length, problems };
}

function speed() {
  const result = existsSync(BENCH) ? JSON.parse(readFileSync(BENCH, 'utf8')) : undefined;
  const commit = run('git', ['rev-parse', 'HEAD'], ROOT).stdout.trim();
  return [...lacksOfSpeed(result, commit)];
}

/** Returns the base branch. In a shallow clone or on a detached head it may be missing, so nothing is compared. */
function changesets() {
  const hasBase = run('git', ['rev-parse', '--verify', '--quiet', 'main'], ROOT).status === 0;
  const { status, stdout, stderr } = run(
    'pnpm',
    ['exec', 'changeset', 'status', ...(hasBase ? [] : ['--since=HEAD'])],
    ROOT,
  );
  return { isGood: status === 0, text: `${stdout}${stderr}`.trim() };
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function lastLine({ stdout, stderr }) {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1);
}
