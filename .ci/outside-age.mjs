// Fails if the last result of `.ci/outside` is too old for the sources that it covers. Prints its failed parts.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const RESULT = '.ci/outside.json';
const REMEDY = `run .ci/outside, and commit ${RESULT}`;
const MAX_DAYS = 14;
const DAY_MS = 86_400_000;
const COVERED = [
  'packages',
  'apps/cli',
  'apps/create-majordomo',
  'apps/lint-rule',
  'tooling/runtimes',
  'tooling/release',
];

const problem = problemOf();
console.log(problem ?? 'outside: the last result is recent enough');
process.exitCode = problem === undefined ? 0 : 1;

function problemOf() {
  if (!existsSync(RESULT)) return `outside: ${RESULT} does not exist; ${REMEDY}`;
  const { parts } = JSON.parse(readFileSync(RESULT, 'utf8'));
  for (const { name, result, date } of parts)
    if (result !== 'passed') console.log(`outside: the part ${name} failed on ${date.slice(0, 10)}`);
  const log = execFileSync('git', ['log', '-1', '--format=%cI %h', '--', ...COVERED], { encoding: 'utf8' });
  const [changed, commit] = log.trim().split(' ');
  const [oldest] = parts.toSorted((a, b) => Date.parse(a.date) - Date.parse(b.date));
  const days = Math.floor((Date.parse(changed) - Date.parse(oldest.date)) / DAY_MS);
  if (days <= MAX_DAYS) return undefined;
  return `outside: the result of ${oldest.name} is ${days} days older than ${commit}, of at most ${MAX_DAYS}; ${REMEDY}`;
}
