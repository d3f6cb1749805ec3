import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openaiChat, startWireServer, type Step } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lab } from './world.ts';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '../dist/bin.js');
const cwd = mkdtempSync(join(tmpdir(), 'majordomo-bin-'));
const env = { PATH: process.env['PATH'], HOME: cwd };
const serve = (...script: Step[]) => startWireServer({ wire: openaiChat, script });

beforeAll(() => {
  expect(existsSync(bin), 'build first').toBe(true);
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

it('answers a question that a program asks, plain and without a prompt', async () => {
  await using server = await serve('Hello.');
  const { stdout, stderr } = await run(process.execPath, [bin, 'chat', 'lab/gpt-4o', 'hi'], {
    cwd,
    env: { ...env, ...lab(server) },
  });
  expect(stdout).toBe('Hello.\n');
  // eslint-disable-next-line no-control-regex
  expect(stderr).not.toMatch(/\u001B/);
});

it('reads a pipe of the shell, and a reader that leaves is no error', async () => {
  await using server = await serve('Hello.');
  const script = `echo "the notes" | '${process.execPath}' '${bin}' chat lab/gpt-4o "Sum up" | true; echo "\${PIPESTATUS[1]}"`;
  const { stdout } = await run('bash', ['-c', script], { cwd, env: { ...env, ...lab(server) } });
  expect(stdout).toBe('0\n');
  expect(JSON.stringify(server.requests[0]?.body)).toContain('Sum up\\n\\nthe notes');
});

it.each([
  ['a failed call', ['chat', 'openai/gpt-x', 'hi'], 1, 'set OPENAI_API_KEY'],
  ['a mistake of usage', ['chat', '--frobnicate'], 2, 'unknown option'],
])('%s ends with its exit code and a word on stderr', async (_what, argv, code, told) => {
  const failed: unknown = await run(process.execPath, [bin, ...argv], { cwd, env }).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(told) });
});

it('Ctrl-C ends it with 130 and closes the connection', async () => {
  await using server = await serve({ fault: 'stall', at: { content: 0 } });
  const child = spawn(process.execPath, [bin, 'chat', 'lab/gpt-4o', 'hi', '--events'], {
    cwd,
    env: { ...env, ...lab(server) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await server.request(0);
  child.kill('SIGINT');
  expect(await exited).toBe(130);
  await expect.poll(() => server.requests[0]?.closedByClient).toBeGreaterThan(0);
});

it('a configuration in TypeScript is read, whatever package.json says, and knows defineConfig', async () => {
  writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(
    join(cwd, 'majordomo.config.ts'),
    `import { defineConfig } from 'majordomo';
    export default defineConfig({ resolvers: [(name: string) => (name === 'best' ? 'openai/gpt-x' : undefined)] });`,
  );
  const failed: unknown = await run(process.execPath, [bin, 'chat', 'best', 'hi'], { cwd, env }).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^auth: no key for openai\/gpt-x/) });
});

/** 50 ms over Node's own 34 were measured on a busy machine, for a limit of 120 in all; a crowded one gets three times that. */
const STARTS = 20;
const OVER_NODE_MS = 50 * 3;

it(`--help costs at most ${OVER_NODE_MS} ms more than an empty program, median of ${STARTS}`, () => {
  const timed = (argv: readonly string[]): number => {
    const from = performance.now();
    execFileSync(process.execPath, argv, { cwd, env });
    return performance.now() - from;
  };
  // Side by side, so that a busy machine slows both.
  const costs = Array.from({ length: STARTS }, () => timed([bin, '--help']) - timed(['-e', '0']));
  expect(costs.sort((a, b) => a - b)[STARTS / 2]).toBeLessThanOrEqual(OVER_NODE_MS);
}, 60_000);
