// Packs every package and checks the tarballs as `pnpm check` does. The last benchmark must be of this commit, and no slower next to
// the SDKs than its bounds. Prints one line per package.
//
// pnpm release:dry --out FOLDER: stores the tarballs that the release publishes
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPackage } from './check-package.mjs';
import { publicPackages } from './packages.mjs';
import { lacksOfSpeed } from './speed.mjs';

const ROOT = join(import.meta.dirname, '../..');
const BENCH = join(ROOT, 'tooling/bench/out/node-24.json');
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-release-'));
const destination = out === undefined ? scratch : resolve(out);
mkdirSync(destination, { recursive: true });

try {
  const packages = publicPackages();
  // The figures are checked first, because packing takes minutes.
  const failed = [...speed(), ...packages.filter((one) => !isGood(one))].length;
  console.log(`${packages.length} packages, ${failed} problems`);
  process.exitCode = failed === 0 && packages.length > 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function isGood({ folder, name, tarball }) {
  const file = join(destination, tarball);
  const { files, bytes, problems } = checkPackage(folder, file);
  const packed = existsSync(file) ? statSync(file).size : 0;
  const result = problems.length === 0 ? 'ok    ' : 'FAILED';
  console.log(`${result} ${name}: ${files} files, ${packed} bytes packed, ${bytes} bytes unpacked`);
  for (const problem of problems) console.log(`         ${problem}`);
  return problems.length === 0;
}

function speed() {
  const result = existsSync(BENCH) ? JSON.parse(readFileSync(BENCH, 'utf8')) : undefined;
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const problems = [...lacksOfSpeed(result, commit)];
  for (const problem of problems) console.log(`FAILED speed: ${problem}`);
  return problems;
}
