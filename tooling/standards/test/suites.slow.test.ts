import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { card, expectedFailures, type Report } from '../src/card.ts';
import { jsonSchema } from '../src/json-schema/suite.ts';
import { problemsOfResponse } from '../src/open-responses/shape.ts';
import { openResponses } from '../src/open-responses/suite.ts';
import { skills } from '../src/skills/suite.ts';
import { differencesOf, problemsOf, type Suite } from '../src/suite.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const reports = JSON.parse(read('tooling/standards/results.json')) as readonly Report[];

describe('a suite that needs no installation', () => {
  it.for<[string, Suite]>([
    ['open-responses', openResponses],
    ['json-schema', jsonSchema],
    ['skills', skills],
  ])('%s has the recorded results, without an unexpected failure', async ([name, suite], { skip }) => {
    const results = await suite.run();
    // Returns the reason if the files of the suite are missing.
    if (typeof results === 'string') return skip(results);
    expect(problemsOf(name, differencesOf(results, expectedFailures(name)))).toEqual([]);
    const { passed, total } = reports.find((report) => report.suite === name) ?? {};
    expect([results.filter(({ result }) => result === 'passed').length, results.length]).toEqual([
      passed,
      total,
    ]);
  });
});

describe('the shape of Open Responses', () => {
  it('requires 31 members of a response', () => {
    const problems = problemsOfResponse({});
    expect(problems).toHaveLength(31);
    expect(problems).toContain('completed_at is missing');
  });
});

describe('the page of standards', () => {
  it('equals the recorded results and the expected failures', () => {
    expect(read('apps/docs/standards.md')).toBe(card(reports));
  });
});
