import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../src/index.ts';
import { evaluate } from '../src/index.ts';
import '../src/vitest.ts';
import { answerTo, echo, fakeModels, testFolder } from './support/fixture.ts';

const { majordomo } = fakeModels(answerTo);
const run = (score: number): Promise<Evaluation> =>
  evaluate(echo(majordomo, { gates: { ok: () => score }, checks: {} }), {
    folder: testFolder(),
    mode: 'record',
  });

describe('toPassEval', () => {
  test('passes for the verdict `pass` and fails for `fail` with the table', async () => {
    expect(await run(1)).toPassEval();
    const failed = await run(0);
    expect(() => expect(failed).toPassEval({ allowInconclusive: true })).toThrow(
      /demo: fail\n- gate ok failed/,
    );
  });

  test('passes for `inconclusive` on request only', async () => {
    const definition = echo(majordomo, { checks: { good: () => 1 } });
    const evaluation = await evaluate(definition, { folder: testFolder(), mode: 'record' });
    expect(evaluation.verdict).toBe('inconclusive');
    expect(evaluation).toPassEval({ allowInconclusive: true });
    expect(() => expect(evaluation).toPassEval()).toThrow(/demo: inconclusive/);
  });
});

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

test('vitest reports a passing, a failing and an inconclusive evaluation', { timeout: 120_000 }, () => {
  const root = join(import.meta.dirname, 'vitest-project');
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const outputFile = join(testFolder(), 'report.json');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--root',
      root,
      '--config',
      'vitest-config.mjs',
      '--reporter=json',
      `--outputFile=${outputFile}`,
    ],
    { cwd: root, encoding: 'utf8', env: { ...process.env, VITEST: undefined } },
  );
  expect(status, stdout + stderr).toBe(1);
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8')) as JsonReport;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.map(({ title, status: result }) => [title, result])).toEqual([
    ['passing', 'passed'],
    ['failing', 'failed'],
    ['inconclusive', 'failed'],
    ['inconclusive and allowed', 'passed'],
  ]);
  expect(results[1]?.failureMessages.join()).toContain('gate gate failed in 1 sample: b#1');
  expect(results[2]?.failureMessages.join()).toContain('demo: inconclusive');
});
