// Runs the failed files of a report once more, without other tests, because a test can fail on a loaded machine. Prints files that
// pass now as unstable, and writes the new results to the report. Exits with 1 if a file fails again, or if too many files failed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const MAX_FILES = 3;
const [file] = process.argv.slice(2);
const report = read(file);
const failed = report.testResults.filter(isBroken).map(({ name }) => relative(process.cwd(), name));
if (failed.length === 0 || failed.length > MAX_FILES) process.exit(1);

const again = file.replace(/\.json$/, '.repeated.json');
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--testTimeout=60000',
  '--project=!@majordomo/shape',
];
const { status } = spawnSync(process.execPath, [...vitest, ...failed], {
  stdio: 'inherit',
  env: { ...process.env, VITEST_JSON: again },
});
if (status !== 0) process.exit(1);

for (const name of failed) console.log(`unstable: ${name} failed together with other tests and passed alone`);
const repeated = read(again);
const names = new Set(repeated.testResults.map(({ name }) => name));
const testResults = [...report.testResults.filter(({ name }) => !names.has(name)), ...repeated.testResults];
const counted = (status) =>
  testResults.flatMap(({ assertionResults }) => assertionResults).filter((test) => test.status === status)
    .length;
writeFileSync(
  file,
  JSON.stringify({
    ...report,
    testResults,
    numPassedTests: counted('passed'),
    numFailedTests: counted('failed'),
  }),
);

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function isBroken({ status, assertionResults }) {
  return status === 'failed' || assertionResults.some((test) => test.status === 'failed');
}
