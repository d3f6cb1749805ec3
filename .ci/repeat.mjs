// Repeats the failed files of a report without other tests, because a test can fail on a loaded machine. Prints each repetition,
// and writes the new results to the report. Exits with 1 if a file fails again, or if more than two files failed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Maximum number of repeated files. A test that often fails with other work must be made independent of this work. */
const MAX_FILES = 2;

const [file] = process.argv.slice(2);
const report = read(file);
const failed = report.testResults.filter(isBroken);
if (failed.length === 0) {
  console.log('repeat: the run failed without a failed test file, so nothing is repeated');
  process.exit(1);
}
if (failed.length > MAX_FILES) {
  console.log(`repeat: ${failed.length} files failed, and at most ${MAX_FILES} are repeated:`);
  printFailures(failed);
  process.exit(1);
}
console.log('repeat: repeats the files of these failed tests:');
printFailures(failed);

const again = file.replace(/\.json$/, '.repeated.json');
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--testTimeout=60000',
  '--hookTimeout=60000',
  '--project=!@majordomo/shape',
];
const { status } = spawnSync(process.execPath, [...vitest, ...failed.map(pathOf)], {
  stdio: 'inherit',
  env: { ...process.env, VITEST_JSON: again },
});
if (status !== 0) {
  console.log('repeat: failed again without other tests');
  process.exit(1);
}
for (const result of failed)
  console.log(`repeat: unstable, failed with other tests and passed without them: ${pathOf(result)}`);

const repeated = read(again);
const names = new Set(repeated.testResults.map(({ name }) => name));
const testResults = [...report.testResults.filter(({ name }) => !names.has(name)), ...repeated.testResults];
writeFileSync(
  file,
  JSON.stringify({
    ...report,
    testResults,
    numPassedTests: counted('passed'),
    numFailedTests: counted('failed'),
  }),
);

function counted(wanted) {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status: testStatus }) => testStatus === wanted).length;
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function pathOf({ name }) {
  return relative(process.cwd(), name);
}

function isBroken({ status: fileStatus, assertionResults }) {
  return fileStatus === 'failed' || assertionResults.some((test) => test.status === 'failed');
}

/** Prints each failed test with the first line of its error. */
function printFailures(results) {
  for (const result of results) {
    const tests = result.assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0) console.log(`  ${pathOf(result)}: ${firstLine(result.message)}`);
    for (const { fullName, failureMessages } of tests)
      console.log(`  ${pathOf(result)} > ${fullName}: ${firstLine(failureMessages?.[0])}`);
  }
}

function firstLine(text) {
  return (text ?? '').split('\n', 1)[0];
}
