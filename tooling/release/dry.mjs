// Rehearses a release: packs every package, checks the tarballs, runs npm's dry run of publishing, and prints the next versions
// that changesets computes. The last benchmark must be of this commit and meet every bound. Prints one line per package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacksIn } from './lacks.mjs';
import { lacksOfSpeed } from './speed.mjs';

const ROOT = join(import.meta.dirname, '../..');
const BENCH = join(ROOT, 'tooling/bench/out/node-24.json');
const FOLDERS = ['packages', 'apps'];
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-release-'));

try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function main() {
  const packages = FOLDERS.flatMap(publicPackagesIn);
  const results = packages.map((folder) => rehearse(folder));
  for (const { name, files, bytes, problems } of results) {
    console.log(
      `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${files} files, ${bytes} bytes packed`,
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

function publicPackagesIn(folder) {
  return readdirSync(join(ROOT, folder))
    .map((name) => join(ROOT, folder, name))
    .filter((path) => existsSync(join(path, 'package.json')) && manifestOf(path).private !== true);
}

function rehearse(folder) {
  const { name } = manifestOf(folder);
  const packed = run('pnpm', ['pack', '--json', '--pack-destination', scratch], folder);
  if (packed.status !== 0) return { name, files: 0, bytes: 0, problems: [`pnpm pack: ${lastLine(packed)}`] };
  const { filename } = JSON.parse(packed.stdout);
  const tarball = filename.startsWith('/') ? filename : join(scratch, filename);
  const published = run('npm', ['publish', tarball, '--dry-run', '--json', '--access', 'public'], scratch);
  const { manifest, paths } = contentsOf(tarball);
  const problems = [...lacksIn(manifest, paths)];
  if (published.status !== 0) problems.push(`npm publish --dry-run: ${lastLine(published)}`);
  return { name, files: paths.length, bytes: readFileSync(tarball).length, problems };
}

function contentsOf(tarball) {
  const paths = run('tar', ['-tzf', tarball], scratch).stdout.trim().split('\n').map(withoutTop);
  const text = run('tar', ['-xzOf', tarball, 'package/package.json'], scratch).stdout;
  return { manifest: JSON.parse(text), paths };
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

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function withoutTop(path) {
  return path.replace(/^package\//, '');
}

function lastLine({ stdout, stderr }) {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1);
}
