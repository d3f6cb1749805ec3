import type { Evaluation, Metric } from '../evaluation.ts';
import { changeText, count } from '../reasons.ts';
import { escaped } from './plain-text.ts';

/** Result of a test case; `undefined` for a pass. */
type Outcome = { readonly type: 'failure' | 'skipped'; readonly message: string } | undefined;
type TestCase = readonly [test: string, outcome: Outcome];

/** Renders JUnit XML: one test case per metric and per gate, and one for completeness. Inconclusive and not compared metrics are skipped. */
export function toJUnit(evaluation: Evaluation): string {
  const { name, metrics, gates } = evaluation;
  const tests: readonly TestCase[] = [
    ...metrics.map((metric): TestCase => [metric.name, outcomeOf(metric)]),
    ...gates.map(({ name: gate, passed, failed }): TestCase => {
      const message = `failed in ${count(failed.length, 'sample')}: ${failed.join(', ')}`;
      return [`gate ${gate}`, passed ? undefined : { type: 'failure', message }];
    }),
    ['completeness', completeness(evaluation)],
  ];
  const number = (type: 'failure' | 'skipped'): number =>
    tests.filter(([, outcome]) => outcome?.type === type).length;
  const counts = `tests="${tests.length}" failures="${number('failure')}" errors="0" skipped="${number('skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(name)}" ${counts}>`,
    ...tests.map(([test, outcome]) => testCase(name, test, outcome)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function outcomeOf(metric: Metric): Outcome {
  if (metric.verdict === 'pass') return undefined;
  if (metric.verdict === 'not-compared') return { type: 'skipped', message: metric.reason ?? '' };
  return { type: metric.verdict === 'fail' ? 'failure' : 'skipped', message: changeText(metric) };
}

function completeness({ totals }: Evaluation): Outcome {
  const { errors, skipped, samples } = totals;
  if (errors + skipped === 0) return undefined;
  const message = `${count(errors, 'sample')} of ${samples} without a result, ${skipped} not started`;
  return { type: 'failure', message };
}

function testCase(name: string, test: string, outcome: Outcome): string {
  const start = `    <testcase classname="${escaped(name)}" name="${escaped(test)}"`;
  if (outcome === undefined) return `${start}/>`;
  const { type, message } = outcome;
  const text = escaped(message);
  return `${start}><${type} message="${text}">${text}</${type}></testcase>`;
}
