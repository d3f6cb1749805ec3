import { join } from 'node:path';
import { ROOT } from '../build/packages.ts';
import { tableOf, writeBetween } from './page-table.mjs';

const TABLE = {
  page: join(ROOT, 'apps/docs/runtimes.md'),
  begin: '<!-- runtimes: written by `node tooling/runtimes/run.mjs --table` -->',
  end: '<!-- runtimes: end -->',
};

/** Columns. The last one contains all other packages, with one step each. */
const PACKAGES_SHOWN = ['core', 'provider-openai', 'provider-anthropic', 'provider-google', 'agent'];
const OTHERS = 'around calls';
const COLUMNS = [...PACKAGES_SHOWN, OTHERS];

/** Prints the cases and failures. Returns whether all passed. */
export function printMatrix(rows) {
  let failures = 0;
  for (const { runtime, results, skipped, crash } of rows) {
    const name = `${runtime.name} ${runtime.version ?? ''}`.trim();
    if (skipped !== undefined) {
      console.log(`${name}: SKIPPED, ${skipped}`);
      continue;
    }
    const counts = COLUMNS.map((each) => `${each} ${cellOf(results, each)}`);
    console.log(`${name}: ${counts.join(' · ')}`);
    const failed = results.filter(isFailed);
    failures += failed.length;
    for (const { side, scenario, step, why, problem } of failed)
      console.log(`  FAILED ${side === undefined ? step : `${side} ${scenario}`}: ${why ?? problem}`);
    if (crash !== undefined || results.length === 0) {
      failures++;
      console.log(`  FAILED ${crash ?? 'no output'}`);
    }
  }
  console.log(`runtimes: ${rows.length} runtimes, ${failures} failures`);
  return failures === 0;
}

const isFailed = ({ outcome, problem }) => outcome === 'failed' || problem !== undefined;
const packageOf = (result) =>
  result.package ?? `provider-${/^[a-z]+/.exec(result.side)[0].replace('gemini', 'google')}`;

const columnOf = (result) => (PACKAGES_SHOWN.includes(packageOf(result)) ? packageOf(result) : OTHERS);

/** Returns passed and total cases, such as `24/24`. */
function cellOf(results, name) {
  const run = results.filter((result) => columnOf(result) === name && result.outcome !== 'skipped');
  return `${run.filter((result) => !isFailed(result)).length}/${run.length}`;
}

/** Writes the table of this run between the markers of the page. */
export function writeTable(rows) {
  writeBetween(TABLE, linesOf(rows));
}

function linesOf(rows) {
  const head = ['runtime', 'version', ...PACKAGES_SHOWN.map((name) => `\`${name}\``), OTHERS];
  const cells = rows.map(({ runtime, results, skipped }) => [
    runtime.name,
    runtime.version ?? '',
    ...COLUMNS.map((name) => (skipped === undefined ? cellOf(results, name) : 'not run')),
  ]);
  const reasons = reasonsIn(rows);
  const left = reasons.length === 0 ? [] : ['', 'Not run:', '', ...reasons.map((reason) => `- ${reason}`)];
  return ['Passed tests of the complete suite:', '', ...tableOf(head, cells), ...left];
}

/** Returns the cases that a runtime does not support. Cases that an API does not support are in the conformance table. */
function reasonsIn(rows) {
  const reasons = new Map();
  for (const { runtime, results } of rows)
    for (const { outcome, scenario, why, isRuntimes } of results)
      if (outcome === 'skipped' && isRuntimes) {
        const key = `\`${scenario}\`: ${why}`;
        reasons.set(key, new Set([...(reasons.get(key) ?? []), runtime.name]));
      }
  return [...reasons].map(([key, names]) => `${[...names].join(', ')}, ${key}`);
}
