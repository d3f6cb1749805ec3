import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFaultyServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { world } from './world.ts';

/**
 * Module of an experiment on 40 recorded answers, half of which the candidate answers in other words. Uses the configured vendor. Its types
 * require TypeScript.
 */
const MODULE = `
const words = (at: number): string =>
  Array.from({ length: 8 }, (_, place) => Math.sin(at * 8 + place).toString(36).slice(3)).join(' ');
const calls = Array.from({ length: 40 }, (_, at) => ({
  id: \`call-\${at}\`,
  at: '2026-11-01T00:00:00.000Z',
  request: { messages: [{ role: 'user', parts: [{ type: 'text', text: words(at) }] }], maxTokens: 100 },
  response: {
    parts: [{ type: 'text', text: at % 2 === 0 ? 'It works.' : 'It \\u001b[2Jworked.' }],
    finish: 'stop',
    target: 'anthropic/claude-sonnet-5',
    usage: { input: 20, output: 5, cacheRead: 0, cacheWrite: 0 },
  },
}));
export default {
  name: 'next',
  traffic: {
    async *list() {
      for (const { id } of calls) yield { id };
    },
    read: async (id: string) => calls.find((call) => call.id === id),
  },
  candidate: { spec: 'anthropic/claude-haiku-4-5' },
  judge: () => undefined,
  sample: 40,
  control: 0,
  budgetUsd: '5',
};`;

it('plans, runs, labels and removes an experiment', async () => {
  await using server = await startFaultyServer(() => 'It works.');
  using cli = world({
    files: { 'next.ts': MODULE },
    env: { ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: server.anthropicBaseURL },
    terminal: true,
    stdin: { kind: 'terminal' },
    columns: 100,
    answers: ['1', 'x', '2', 'e', 's', 'q'],
  });
  const plan = await cli.run('replay', 'plan', 'next.ts');
  expect(plan).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^next: 40 calls of 1 kinds represent 40 of 40 chats\n/),
  });
  expect(server.requests).toHaveLength(0);

  const run = await cli.run(
    'replay',
    'run',
    'next.ts',
    '--report',
    'out/next.html',
    '--content',
    '--report',
    'next.md',
    '--report',
    'next.json',
  );
  expect([run.code, server.requests.length]).toEqual([3, 40]);
  const written = (file: string): string => readFileSync(join(cli.cwd, file), 'utf8');
  expect(written('out/next.html')).toMatch(/^<!doctype html>/);
  expect(JSON.parse(written('next.json'))).toMatchObject({
    format: 'majordomo-replay-report/1',
    verdict: 'inconclusive',
  });
  expect(written('next.md')).not.toContain('It works.');

  const labels = await cli.run('replay', 'label', 'next', '--by', 'ann');
  expect(labels).toMatchObject({ code: 0, out: expect.stringContaining('3 pairs decided') });
  expect(labels.out).not.toContain('\u001b[2J');
  const shown = await cli.run('replay', 'show', 'next', '--min-quality', '0.1');
  expect(shown.code).toBe(0);
  expect((await cli.run('replay', 'show', 'next', '--allow-inconclusive')).code).toBe(0);
  expect(server.requests).toHaveLength(40);

  expect((await cli.run('replay', 'remove', 'next')).code).toBe(0);
  expect(await cli.run('replay', 'show', 'next')).toMatchObject({
    code: 2,
    err: expect.stringContaining('has no such experiment; run it first'),
  });
});

const ANTHROPIC = (baseURL: string): Readonly<Record<string, string>> => ({
  ANTHROPIC_API_KEY: 'sk-test',
  ANTHROPIC_BASE_URL: baseURL,
});

it('writes a report to an absolute path', async () => {
  await using server = await startFaultyServer(() => 'It works.');
  using target = world();
  using cli = world({ files: { 'next.ts': MODULE }, env: ANTHROPIC(server.anthropicBaseURL) });
  const file = join(target.cwd, 'report.md');
  await cli.run('replay', 'run', 'next.ts', '--report', file);
  expect(readFileSync(file, 'utf8')).toContain('majordomo-replay:next');
});

it('ends with 130 at Ctrl-C, says how to continue, and continues', async () => {
  const interrupt = new AbortController();
  await using server = await startFaultyServer((_request, index) => {
    if (index === 9) interrupt.abort();
    return 'It works.';
  });
  const options = { files: { 'next.ts': MODULE }, env: ANTHROPIC(server.anthropicBaseURL) };
  using cli = world({ ...options, signal: interrupt.signal });
  expect(await cli.run('replay', 'run', 'next.ts', '--concurrency', '2')).toMatchObject({
    code: 130,
    err: 'stopped; every answer until now is stored; run the same command again to continue\n',
  });
  using next = world(options);
  const folder = join(cli.cwd, 'replays');
  expect((await next.run('replay', 'run', 'next.ts', '--folder', folder)).code).toBe(3);
  expect(server.requests.length).toBeLessThanOrEqual(42);
});

it('ends with 4 if the budget does not cover the rest, because 1 is a verdict', async () => {
  await using server = await startFaultyServer(() => 'It works.');
  using cli = world({ files: { 'next.ts': MODULE }, env: ANTHROPIC(server.anthropicBaseURL) });
  expect(await cli.run('replay', 'run', 'next.ts', '--budget', '0.000001')).toMatchObject({
    code: 4,
    err: expect.stringContaining('denied: replay next: the likely cost of the remaining calls is'),
  });
  expect(server.requests).toHaveLength(0);
});

it('shows people the steps of both runs, and the beginning of a long answer', async () => {
  const steps = `,
    { role: 'assistant', parts: [{ type: 'tool-call', id: '1', name: 'find', args: { id: 7 } }] },
    { role: 'tool', parts: [{ type: 'tool-result', callId: '1', name: 'find', content: [{ type: 'text', text: 'order 7' }] }] }], tools: [{ name: 'find', description: 'Finds.', parameters: { type: 'object' } }], maxTokens`;
  const source = MODULE.replace('], maxTokens', steps).replace('control: 0', 'control: 0, follow: true');
  await using server = await startFaultyServer(() => `── 2\n${'x'.repeat(500_000)}`);
  using cli = world({
    files: { 'next.ts': source },
    env: ANTHROPIC(server.anthropicBaseURL),
    terminal: true,
    stdin: { kind: 'terminal' },
    answers: ['q'],
  });
  await cli.run('replay', 'run', 'next.ts');
  const { out } = await cli.run('replay', 'label', 'next', '--by', 'ann');
  expect(out).toContain('  find({"id":7})\n  → order 7\n  It ');
  expect(out.match(/^── 2$/gm)).toHaveLength(1);
  expect(out).toContain('[490005 more characters]');
  expect(out.length).toBeLessThan(12_000);
});

it('states what is wrong with a module, a report and an option', async () => {
  using cli = world({
    files: { 'other.ts': 'export default { name: 1 };', 'next.ts': MODULE },
    env: ANTHROPIC('http://127.0.0.1:9'),
  });
  const problems = [
    await cli.run('replay', 'run', 'other.ts'),
    await cli.run('replay', 'run', 'other.ts', '--report', 'x.pdf'),
    await cli.run('replay', 'show', 'x', '--content'),
    await cli.run('replay', 'label', 'x'),
    await cli.run('replay', 'show', 'x', '--min-quality', '5'),
    await cli.run('replay', 'show', 'x', '--max-cost', 'cheap'),
    await cli.run('replay', 'run', 'next.ts', '--concurrency', '1.5'),
    await cli.run('replay', 'run', 'next.ts', '--budget', 'much'),
  ];
  expect(problems.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
  expect(problems.map(({ err }) => err).join('')).toMatch(
    /does not export an experiment; write export default defineReplay\(.*the extension must be one of \.md, \.json, \.html.*--content applies to \.html reports only.*needs a terminal.*`minQuality` must be from 0 to 2, got 5.*maxCost must be a number, not NaN.*`concurrency` must be an integer from 1 to 1000, got 1.5.*replay next: `budgetUsd` must be dollars/s,
  );
});
