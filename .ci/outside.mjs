// Runs the parts of `.ci/outside` one after another, and writes their results to .ci/outside.json.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const RESULT = join(ROOT, '.ci/outside.json');
/** Maximum time of all parts. A part that would exceed it is stopped, and fails. */
const LIMIT_MS = 28 * 60_000;

/** Arguments of Node by the name of the part. */
const PARTS = {
  runtimes: ['tooling/runtimes/run.mjs', '--complete'],
  tests: ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.outside.config.ts'],
  'typescript-versions': ['tooling/typescript-versions/run.mjs'],
  'package-managers': ['tooling/release/rehearse.mjs'],
  'new-user': ['apps/cli/acceptance/new-user.mjs'],
  'lint-plugin': ['apps/lint-rule/acceptance/sibling.mjs'],
  standards: ['tooling/standards/src/run.ts'],
  site: ['apps/docs/site/lighthouse.mjs', '--build'],
  'vendor-clis': ['packages/providers/provider-cli/scripts/real-cli.mjs'],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`no part ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}`);

const end = Date.now() + LIMIT_MS;
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
const names = wanted.length === 0 ? Object.keys(PARTS) : wanted;
const results = names.map(run);

const before = existsSync(RESULT) ? JSON.parse(readFileSync(RESULT, 'utf8')).parts : [];
const byName = new Map([...before, ...results].map((part) => [part.name, part]));
const parts = Object.keys(PARTS).flatMap((name) => byName.get(name) ?? []);
writeFileSync(RESULT, `${JSON.stringify({ parts }, null, 2)}\n`);

const failed = results.filter(({ result }) => result === 'failed').length;
console.log(`outside: ${results.length - failed} parts passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function run(name) {
  console.log(`== ${name}`);
  const began = Date.now();
  const timeout = Math.max(end - began, 1);
  const { status } = spawnSync(process.execPath, PARTS[name], { cwd: ROOT, stdio: 'inherit', timeout });
  const result = status === 0 ? 'passed' : 'failed';
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`== ${name}: ${result}, ${seconds} s`);
  return { name, result, seconds, date: new Date(began).toISOString(), commit };
}
