import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/repository.ts';

const scratch = suiteFolder();

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));
const good = { numPassedTests: 3, testResults: [{ status: 'passed', assertionResults: tests('passed') }] };
const broken = {
  numPassedTests: 2,
  testResults: [{ status: 'failed', assertionResults: tests('passed', 'failed') }],
};
/** A file that does not load, or whose beforeAll throws, has no failed test. */
const unloadable = { numPassedTests: 1, testResults: [{ status: 'failed', assertionResults: [] }] };

test.each([
  ['everything passed', { test: good, check: good }, [], '6 passed, 0 failed', 0],
  ['a test failed', { test: broken, check: good }, ['test'], '5 passed, 1 failed', 1],
  ['a file did not load', { test: unloadable, check: good }, ['test'], '4 passed, 1 failed', 1],
  ['an error outside of every test', { test: good, check: good }, ['test'], '6 passed, 1 failed', 1],
  ['lint failed', { test: good, check: good }, ['lint'], '6 passed, 1 failed', 1],
  ['two gates failed', { test: good, check: broken }, ['lint', 'check'], '5 passed, 2 failed', 1],
  ['the tests never ran', { check: good }, ['test'], '3 passed, 1 failed', 1],
])('the closing line when %s', (_what, reports, gates, line, code) => {
  const { stdout, status } = summary(reports, gates);
  expect([stdout.trim().split('\n').at(-1), status]).toEqual([line, code]);
});

function summary(reports: Readonly<Record<string, object>>, gates: readonly string[]) {
  const folder = mkdtempSync(join(scratch, 'run-'));
  for (const [name, report] of Object.entries(reports)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
  }
  const args = [join(ROOT, '.ci/summary.mjs'), 'test.json', 'check.json', '--', ...gates];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}
