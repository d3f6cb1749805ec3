import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { card, expectedFailures, type Report } from '../src/card.ts';
import { jsonSchema } from '../src/json-schema/suite.ts';
import { problemsOfEvents, problemsOfResponse } from '../src/open-responses/shape.ts';
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

  it('names a member with another type', () => {
    expect(problemsOfResponse({ temperature: null })).toContain(
      'temperature is null instead of number or integer',
    );
  });

  it('names the missing members of items and parts', () => {
    const part = { type: 'output_text', text: '' };
    const output = [
      { type: 'message', id: 'm', role: 'assistant', content: [part] },
      { type: 'function_call' },
    ];
    const problems = problemsOfResponse({ output });
    expect(problems).toContain('message.status is missing');
    expect(problems).toContain('output_text.annotations is missing');
    expect(problems).toContain('function_call.call_id is missing');
  });

  it('names an unknown event, a missing member and a wrong number', () => {
    const events = [
      { type: 'response.output_text.delta', sequence_number: 1 },
      { type: 'response.other', sequence_number: 1 },
    ];
    expect(problemsOfEvents(events)).toEqual([
      'response.output_text.delta.item_id is missing',
      'response.output_text.delta.output_index is missing',
      'response.output_text.delta.content_index is missing',
      'response.output_text.delta.delta is missing',
      'response.output_text.delta has the wrong sequence_number',
      'response.other is not an event of the standard',
    ]);
  });
});

describe('the page of standards', () => {
  it('equals the recorded results and the expected failures', () => {
    expect(read('apps/docs/standards.md')).toBe(card(reports));
  });

  it('shows a suite that did not run as not run', () => {
    const [report] = reports;
    const page = card(report === undefined ? [] : [{ ...report, passed: 0, total: 0, notRun: 'no network' }]);
    expect(page).toContain('| not run |');
    expect(page).not.toContain('0 of 0');
  });

  it('lists the result of each client', () => {
    const [report] = reports;
    const cases = [
      { id: 'openai 7', version: '7.57.0', result: 'passed' as const },
      { id: 'Codex', result: 'not run' as const },
    ];
    const page = card(report === undefined ? [] : [{ ...report, cases }]);
    expect(page).toContain('| openai 7 | 7.57.0 | passed |\n| Codex |  | not run |');
  });
});
