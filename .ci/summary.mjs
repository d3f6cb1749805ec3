// Reads the reports of the test runs and the names of the failed gates, and prints the closing line.
import { existsSync, readFileSync } from 'node:fs';

const [reports, gates] = split(process.argv.slice(2));
for (const gate of gates) console.log(`gate failed: ${gate}`);

const counts = reports.map(countsOf);
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const broken = counts.reduce((sum, count) => sum + count.broken, 0);
// A gate can fail without a failed test, for example because of a lint finding or an unhandled rejection.
const unexplained = gates.filter(
  (gate) => !reports.some((file, at) => file.includes(gate) && counts[at].broken > 0),
);
const failed = broken + unexplained.length;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function split(words) {
  const at = words.indexOf('--');
  return [words.slice(0, at), words.slice(at + 1)];
}

/** A missing report counts as a failure, because the tests did not run. */
function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, broken: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    broken: report.testResults.reduce((sum, result) => sum + brokenIn(result), 0),
  };
}

/** A test file fails without a failed test if it cannot be loaded, or if its `beforeAll` throws. */
function brokenIn({ status, assertionResults }) {
  const tests = assertionResults.filter((test) => test.status === 'failed').length;
  return status === 'failed' ? Math.max(tests, 1) : tests;
}
