import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Calibration } from '@majordomo/core';
import { inShared, ROOT } from '@majordomo/test-support';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = inShared('facts4/live-triage.ts');
const folder = mkdtempSync(join(import.meta.dirname, '.program-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Simulates both vendors: OpenAI's Decisions API, which fails on request, and Groq, which has no log probabilities. */
const DRIVER = `
import { createMajordomo, user } from '@majordomo/core';
import { emulateClassification } from '@majordomo/classify';
import { createOpenAI, groq, openaiCompatible } from '@majordomo/provider-openai';
let isDown = false;
const sent = [];
const refund = (text) => text.includes('money') ? 0.9 : 0.1;
const decision = ({ name, type, choices, levels }, text) => {
  if (type === 'predicate') return { type, name, probability: refund(text) };
  const options = choices?.map(({ value }) => ({ value })) ?? levels.map(({ label }, value) => ({ label, value }));
  return { type, name, choice: 'billing', score: 0, confidence: 1, probabilities: options.map((option, at) => ({ ...option, probability: at === 0 ? 0.8 : 0.2 / (options.length - 1) })) };
};
const usage = { input_tokens: 10, output_tokens: 1, total_tokens: 11 };
globalThis.fetch = async (url, init) => {
  const body = JSON.parse(String(init.body));
  const path = new URL(url).pathname;
  sent.push(new URL(url).host + path);
  if (path.endsWith('/decisions')) {
    if (isDown) return Response.json({ error: { message: 'down' } }, { status: 503 });
    return Response.json({ model: body.model, usage, answers: body.questions.map((question) => decision(question, JSON.stringify(body.input))) });
  }
  const text = JSON.stringify(body.messages);
  const answer = (content) => Response.json({ id: '1', object: 'chat.completion', created: 1, model: body.model, choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }], usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } });
  if (!text.includes('<input>')) return answer('Hello.');
  const yes = 100 * refund(text.slice(0, text.indexOf('Question:')));
  return answer(JSON.stringify({ refund: { true: yes, false: 100 - yes }, team: { billing: 70, tech: 20, other: 10 }, severity: { 0: 50, 1: 30, 2: 20 } }));
};
const { learn, triage, chat } = await import('./program.ts');
const tickets = Array.from({ length: 40 }, (_, at) => ({
  input: at % 2 === 0 ? 'I want my money back ' + at : 'The page is blank ' + at,
  labels: { refund: at % 2 === 0 ? at % 10 !== 0 : at % 9 === 0, team: at % 3 === 0 ? 'tech' : 'billing', severity: at % 3 },
}));
await learn(tickets);
const first = await triage('Give me my money');
isDown = true;
const second = await triage('The page is blank');
isDown = false;
const majordomo = createMajordomo({ providers: [createOpenAI({ api: 'chat' }), openaiCompatible(groq)], env: process.env, classification: emulateClassification() });
const { text } = await chat(majordomo).generate({ messages: [user('hi')] });
console.log(JSON.stringify({ first, second, text, hosts: [...new Set(sent)] }));
`;

describe.skipIf(!existsSync(PROGRAM))('a program that routes support tickets', () => {
  it('learns both targets, routes over the vendor and over the emulation, and guards a chat', async () => {
    copyFileSync(PROGRAM, join(folder, 'program.ts'));
    writeFileSync(join(folder, 'driver.ts'), DRIVER);
    const env = { PATH: process.env['PATH'], OPENAI_API_KEY: 'k1', GROQ_API_KEY: 'k2' };
    const args = ['--no-warnings', 'driver.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    const lines = stdout.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ text: 'Hello.' });
    expect(stdout).toContain('openai/gpt-6-luna');
    expect(stdout).toMatch(/^groq\/llama-3.3-70b-versatile /m);
    const stored = JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8')) as Calibration;
    const { targets = {} } = stored.questions['refund'] ?? {};
    expect(Object.entries(targets).map(([target, { basis, n }]) => [target, basis, n])).toEqual([
      ['openai/gpt-6-luna', 'vendor', 40],
      ['groq/llama-3.3-70b-versatile', 'stated', 40],
    ]);
  });

  it('has valid types', { timeout: 120_000 }, async () => {
    copyFileSync(PROGRAM, join(folder, 'program.ts'));
    const base = join(ROOT, 'tsconfig.base.json');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: base, files: ['program.ts'] }));
    const compiler = createRequire(join(ROOT, 'package.json')).resolve('typescript/bin/tsc');
    const checked = promisify(execFile)(process.execPath, [compiler, '--noEmit', '-p', folder]);
    const [result] = await Promise.allSettled([checked]);
    const { stdout } = (result.status === 'fulfilled' ? result.value : result.reason) as { stdout: string };
    expect(stdout).toBe('');
  });
});
