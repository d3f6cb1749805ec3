import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Writes the names of the providers and SDKs that a process has loaded. */
const WATCH = `import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const seen = new Set();
registerHooks({ load: (url, context, next) => {
  const name = /\\/(provider-[a-z-]+|openai|@anthropic-ai\\/sdk|prompts|testing)\\/(?!.*node_modules)/.exec(url)?.[1];
  if (name !== undefined) seen.add(name);
  return next(url, context);
} });
process.on('exit', () => writeFileSync(process.env.LOADED, [...seen].sort().join()));`;

it('answers a question that a program asks, plain and without a prompt; loads what the spec needs', async () => {
  await using server = await serve('Hello.');
  const [watch, LOADED] = [join(cwd, 'watch.mjs'), join(cwd, 'loaded')];
  writeFileSync(watch, WATCH);
  const { stdout, stderr } = await run(
    process.execPath,
    ['--import', watch, bin, 'chat', 'lab/gpt-4o', 'hi'],
    { cwd, env: { ...env, ...lab(server), LOADED, ANTHROPIC_API_KEY: 'any', GEMINI_API_KEY: 'any' } },
  );
  expect(readFileSync(LOADED, 'utf8')).toBe('openai,provider-openai');
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

it('what init has written is what chat then asks', async () => {
  await using server = await serve('Hello.');
  const folder = mkdtempSync(join(cwd, 'init-'));
  const options = { cwd: folder, env: { ...env, ...lab(server) } };
  await run(process.execPath, [bin, 'init', '--model', 'lab/gpt-4o'], options);
  expect((await run(process.execPath, [bin, 'chat', 'hi there'], options)).stdout).toBe('Hello.\n');
  expect(server.requests[0]?.model).toBe('gpt-4o');
});

it.runIf(existsSync('/dev/full'))('an answer that could not be written is a failure', async () => {
  await using server = await serve('Hello.');
  const script = `'${process.execPath}' '${bin}' chat lab/gpt-4o hi > /dev/full; echo $?`;
  const { stdout } = await run('bash', ['-c', script], { cwd, env: { ...env, ...lab(server) } });
  expect(stdout).toBe('1\n');
});

it('runs in a folder that is gone, and says of what it cannot find that it is not there', async () => {
  const gone = mkdtempSync(join(cwd, 'gone-'));
  const script = `cd '${gone}'; rmdir '${gone}'; '${process.execPath}' '${bin}' chat openai/x hi -f a.md`;
  const failed: unknown = await run('bash', ['-c', script], { cwd, env }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^majordomo: a\.md cannot be read/),
  });
});

const STARTS = 20;
const START_MS = 120;

it(`--help takes at most ${START_MS} ms: the processor's time, median of ${STARTS}, and the clock's, fastest`, async () => {
  // On a busy machine the clock's time is the neighbours' as well; what a start costs the processor hardly changes.
  const loop = `TIMEFORMAT='%R %U %S'; for i in {1..${STARTS}}; do time "$0" "$1" --help > /dev/null; done`;
  const { stderr } = await run('bash', ['-c', loop, process.execPath, bin], {
    cwd,
    env: { ...env, LC_ALL: 'C' },
  });
  const times = stderr
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map((seconds) => Number(seconds) * 1000));
  const ranked = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
  const processor = ranked(times.map(([, user = 0, system = 0]) => user + system));
  const clock = ranked(times.map(([real = 0]) => real));
  expect(times).toHaveLength(STARTS);
  expect(processor[STARTS / 2]).toBeLessThanOrEqual(START_MS);
  expect(clock[0]).toBeLessThanOrEqual(START_MS);
}, 60_000);
