import { changeText, count, firstError } from '../compare/reasons.ts';
import { isMissing } from '../cases/samples.ts';
import type { Evaluation, Metric } from '../definition/types.ts';
import { escaped } from './plain-text.ts';

/** Test case, and its result if it does not pass. */
interface TestCase {
  readonly test: string;
  readonly result?: 'failure' | 'skipped' | undefined;
  readonly message?: string | undefined;
}

/** Renders JUnit XML: a test case per metric and gate, and one for completeness. Metrics without `pass` or `fail` are skipped. */
export function toJUnit({ name, metrics, gates, totals, samples: all }: Evaluation): string {
  const { errors, skipped, samples } = totals;
  const missing = all.find(isMissing);
  const tests: readonly TestCase[] = [
    ...metrics.map((metric) => ({
      test: metric.name,
      result: RESULTS[metric.verdict],
      message: metric.verdict === 'not-compared' ? metric.reason : changeText(metric),
    })),
    ...gates.map(({ name: gate, passed, failed }) => ({
      test: `gate ${gate}`,
      result: passed ? undefined : ('failure' as const),
      message: `failed in ${count(failed.length, 'sample')}: ${failed.join(', ')}`,
    })),
    {
      test: 'completeness',
      result: errors + skipped === 0 ? undefined : 'failure',
      message: `${count(errors, 'sample')} of ${samples} without a result, ${skipped} not started${missing === undefined ? '' : `; ${firstError(missing)}`}`,
    },
  ];
  const resultCount = (wanted: TestCase['result']): number =>
    tests.filter(({ result }) => result === wanted).length;
  const counts = `tests="${tests.length}" failures="${resultCount('failure')}" errors="0" skipped="${resultCount('skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(name)}" ${counts}>`,
    ...tests.map((test) => testCase(name, test)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const RESULTS: Readonly<Record<Metric['verdict'], TestCase['result']>> = {
  pass: undefined,
  fail: 'failure',
  inconclusive: 'skipped',
  'not-compared': 'skipped',
};

function testCase(name: string, { test, result, message = '' }: TestCase): string {
  const start = `    <testcase classname="${escaped(name)}" name="${escaped(test)}"`;
  const text = escaped(message);
  return result === undefined
    ? `${start}/>`
    : `${start}><${result} message="${text}">${text}</${result}></testcase>`;
}
