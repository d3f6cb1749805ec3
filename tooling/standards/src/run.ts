/**
 * Runs public suites: all, or those in the arguments, without those of `--without`. Fails if a case failed unexpectedly, or if an expected failure passed.
 * Suites that are not available are reported as `not run`, and never as passed. Writes the results to results.json and apps/docs/standards.md.
 * With `--newest`, it installs the newest versions from npm instead of the pinned ones, and writes nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '@majordomo/test-support';
import { card, expectedFailures, type Report } from './card.ts';
import { gatewayClients } from './clients/suite.ts';
import { jsonSchema } from './json-schema/suite.ts';
import { mcpClient, mcpGateway, mcpServer } from './mcp/suites.ts';
import { openResponses } from './open-responses/suite.ts';
import { skills } from './skills/suite.ts';
import { differencesOf, problemsOf, type Suite } from './suite.ts';

const SUITES: readonly Suite[] = [
  mcpClient,
  mcpServer,
  mcpGateway,
  openResponses,
  jsonSchema,
  skills,
  gatewayClients,
];
const RESULTS = join(import.meta.dirname, '../results.json');

const { values, positionals: wanted } = parseArgs({
  options: {
    newest: { type: 'boolean', default: false },
    without: { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
});
const unknown = [...wanted, ...values.without].filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0)
  throw new Error(
    `standards: no suite ${unknown.join(', ')}; the suites are ${SUITES.map(({ name }) => name).join(', ')}`,
  );

const reports: Report[] = [];
for (const suite of SUITES)
  if ((wanted.length === 0 || wanted.includes(suite.name)) && !values.without.includes(suite.name))
    reports.push(await reportOf(suite));
if (!values.newest) write(reports);

function write(reports: readonly Report[]): void {
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Report[]) : [];
  const byName = new Map([...before, ...reports].map((report) => [report.suite, report]));
  const all = SUITES.flatMap(({ name }) => byName.get(name) ?? []);
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(join(ROOT, 'apps/docs/standards.md'), card(all));
}

async function reportOf(suite: Suite): Promise<Report> {
  const { name, standard, version } = suite;
  const about = { suite: name, standard, version, date: new Date().toISOString().slice(0, 10) };
  const results = await suite.run(values.newest);
  if (typeof results === 'string') {
    console.log(`${name}: not run: ${results}`);
    return { ...about, passed: 0, total: 0, notRun: results };
  }
  const expected = expectedFailures(name);
  const problems = problemsOf(name, differencesOf(results, expected));
  for (const problem of problems) console.log(`${name}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  const passed = results.filter(({ result }) => result === 'passed').length;
  const total = results.filter(({ result }) => result !== 'not run').length;
  for (const { id, messages } of results.filter(({ result }) => result === 'not run'))
    console.log(`${name}: ${id} not run: ${messages.join('; ')}`);
  console.log(`${name}: ${passed} of ${total} passed, ${Object.keys(expected).length} failures expected`);
  if (suite.listsCases !== true) return { ...about, passed, total };
  const cases = results.map(({ id, version = '', result }) => ({ id, version, result }));
  return { ...about, passed, total, cases };
}
