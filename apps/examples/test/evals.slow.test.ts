import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMajordomo } from '@majordomo/core';
import { evaluate, type EvalDefinition, type Evaluation } from '@majordomo/evals';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { noNetwork } from '@majordomo/testing';
import { expect, onTestFinished, test } from 'vitest';
import support from '../evals/support.eval.ts';
import { startSupportModel } from './support-model.ts';

const FOLDER = join(import.meta.dirname, '../evals');

test('the example passes without a key or a network', async () => {
  onTestFinished(noNetwork());
  const { verdict, reasons, totals } = await evaluate(support, { folder: FOLDER });
  expect([verdict, reasons]).toEqual(['pass', ['no metric lost more than its margin over 25 cases']]);
  expect(totals).toMatchObject({ samples: 50, errors: 0, replayed: 50, spentNanoUsd: '0' });
});

/** Records the example again after a change of a copy of the application. */
async function afterChange(change: (code: string) => string): Promise<Evaluation> {
  const folder = mkdtempSync(join(FOLDER, '.changed-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const file of ['support.ts', 'support.eval.ts']) cpSync(join(FOLDER, file), join(folder, file));
  for (const file of ['cases', 'recordings', 'baseline'])
    cpSync(join(FOLDER, `support.${file}.jsonl`), join(folder, `support.${file}.jsonl`));
  const code = readFileSync(join(folder, 'support.ts'), 'utf8');
  const changed = change(code);
  expect(changed).not.toBe(code);
  writeFileSync(join(folder, 'support.ts'), changed);
  const module = (await import(pathToFileURL(join(folder, 'support.eval.ts')).href)) as {
    readonly default: EvalDefinition<string>;
  };
  await using server = await startSupportModel();
  const majordomo = createMajordomo({
    providers: [createAnthropic({ baseURL: server.anthropicBaseURL })],
    env: { ANTHROPIC_API_KEY: 'sk-test' },
  });
  const stale = await evaluate({ ...module.default, majordomo }, { folder });
  expect(stale.verdict).toBe('incomplete');
  return await evaluate({ ...module.default, majordomo }, { folder, mode: 'record' });
}

/** Returns the change of a diff in the README of the example. */
function changeOf(readme: string): (code: string) => string {
  const lines = readme.split('\n');
  const taken = (sign: string): string =>
    lines
      .filter((line) => line.startsWith(`${sign} `))
      .map((line) => line.slice(1))
      .join('\n');
  return (code) => code.replace(taken('-').replace(/^ /, ''), taken('+').replace(/^ /, ''));
}

test('a removed tool fails the example, as its README states', async () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const { verdict, reasons, metrics } = await afterChange(changeOf(readme));
  expect(verdict).toBe('fail');
  expect(reasons[0]).toMatch(/^tools is worse: 1\.000 before, 0\.\d+ now/);
  expect(metrics.find(({ name }) => name === 'tools')?.verdict).toBe('fail');
  expect(readme).toContain(reasons[0]?.slice(0, 'tools is worse: 1.000 before'.length));
});

test('a worse prompt fails the example', async () => {
  const { verdict, reasons } = await afterChange((code) => code.replace(/Look up the order.*\n/, ''));
  expect([verdict, reasons[0]]).toEqual(['fail', expect.stringMatching(/^tools is worse/)]);
});

test.runIf(process.env['RECORD_EXAMPLE'] === 'write')('records the example', async () => {
  await using server = await startSupportModel();
  const majordomo = createMajordomo({
    providers: [createAnthropic({ baseURL: server.anthropicBaseURL })],
    env: { ANTHROPIC_API_KEY: 'sk-test' },
  });
  await evaluate({ ...support, majordomo }, { folder: FOLDER, mode: 'record', accept: true });
});
