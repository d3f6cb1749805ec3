// Fails if the last result of a part of `.ci/outside` is missing, is not a success, or is too old for the sources that it covers.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { MAX_DAYS, PARTS, resultFile } from './outside-parts.mjs';

const DAY_MS = 86_400_000;

const problems = Object.keys(PARTS).flatMap((name) => problemOf(name) ?? []);
for (const problem of problems) console.log(`outside: ${problem}`);
if (problems.length === 0) console.log('outside: each part has passed recently enough');
process.exitCode = problems.length === 0 ? 0 : 1;

function problemOf(name) {
  const file = resultFile(name);
  const remedy = `run .ci/outside ${name}, and commit ${file}`;
  if (!existsSync(file)) return `${file} does not exist; ${remedy}`;
  const { result, date } = JSON.parse(readFileSync(file, 'utf8'));
  if (result !== 'passed') return `the part ${name} failed on ${date.slice(0, 10)}; mend it, ${remedy}`;
  const covered = ['packages', ...PARTS[name].covers];
  const log = execFileSync('git', ['log', '-1', '--format=%cI %h', '--', ...covered], { encoding: 'utf8' });
  const [changed, commit] = log.trim().split(' ');
  const days = Math.floor((Date.parse(changed) - Date.parse(date)) / DAY_MS);
  if (days <= MAX_DAYS) return undefined;
  return `the result of ${name} is ${days} days older than ${commit}, of at most ${MAX_DAYS}; ${remedy}`;
}
