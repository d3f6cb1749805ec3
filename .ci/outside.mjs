// Runs the parts of `.ci/outside` one after another, and writes the result of each to a file in .ci/results.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIMIT_MS, PARTS, resultFile } from './outside-parts.mjs';

const ROOT = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`no part ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}`);

const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
const names = wanted.length === 0 ? Object.keys(PARTS) : wanted;
const failed = names.filter((name) => !hasPassed(name));
console.log(`outside: ${names.length - failed.length} parts passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

function hasPassed(name) {
  console.log(`== ${name}`);
  const began = Date.now();
  const options = { cwd: ROOT, stdio: 'inherit', timeout: LIMIT_MS };
  const { status } = spawnSync(process.execPath, PARTS[name].run, options);
  const result = status === 0 ? 'passed' : 'failed';
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`== ${name}: ${result}, ${seconds} s`);
  const file = join(ROOT, resultFile(name));
  mkdirSync(dirname(file), { recursive: true });
  const date = new Date(began).toISOString();
  writeFileSync(file, `${JSON.stringify({ result, seconds, date, commit }, null, 2)}\n`);
  return status === 0;
}
