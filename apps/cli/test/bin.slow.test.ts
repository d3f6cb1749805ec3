import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, expect, it } from 'vitest';
import { lab, serve, trustConfigs } from './world.ts';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '../dist/bin.js');
const cwd = suiteFolder();
const env = { PATH: process.env['PATH'], HOME: cwd };
beforeAll(() => {
  expect(existsSync(bin), 'build first').toBe(true);
});

/** Module that writes the names of the providers and SDKs that its process has loaded. */
const WATCH = `import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const loaded = new Set();
registerHooks({ load: (url, context, next) => {
  const name = /\\/(provider-[a-z-]+|openai|@anthropic-ai\\/sdk|prompts|testing|ledger|store-sqlite|credentials)\\/(?!.*node_modules)/.exec(url)?.[1];
  if (name !== undefined) loaded.add(name);
  if (url === 'node:sqlite') loaded.add('sqlite');
  return next(url, context);
} });
process.on('exit', () => writeFileSync(process.env.LOADED, [...loaded].sort().join()));`;

it('answers a prompt from another program in plain text, and loads only the packages of the spec', async () => {
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

it('reads from a pipe, and exits without an error if its reader closes the pipe', async () => {
  await using server = await serve('Hello.');
  const script = `echo "the notes" | '${process.execPath}' '${bin}' chat lab/gpt-4o "Sum up" | true; echo "\${PIPESTATUS[1]}"`;
  const { stdout } = await run('bash', ['-c', script], { cwd, env: { ...env, ...lab(server) } });
  expect(stdout).toBe('0\n');
  expect(JSON.stringify(server.requests[0]?.body)).toContain('Sum up\\n\\nthe notes');
});

it('a failed call ends with its exit code and a message on stderr', async () => {
  const args = [bin, 'chat', 'openai/gpt-x', 'hi'];
  const failed: unknown = await run(process.execPath, args, { cwd, env }).catch((error: unknown) => error);
  const expected = { code: 1, stdout: '', stderr: expect.stringContaining('set OPENAI_API_KEY') };
  expect(failed).toMatchObject(expected);
});

it('Ctrl-C ends the command with exit code 130 and closes the connection', async () => {
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

it('reads a configuration in TypeScript with defineConfig, regardless of package.json', async () => {
  writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(
    join(cwd, 'majordomo.config.ts'),
    `import { defineConfig } from 'majordomo';
    export default defineConfig({ resolvers: [(name: string) => (name === 'best' ? 'openai/gpt-x' : undefined)] });`,
  );
  trustConfigs(cwd, ['majordomo.config.ts']);
  const failed: unknown = await run(process.execPath, [bin, 'chat', 'best', 'hi'], { cwd, env }).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^auth: no key for openai\/gpt-x/) });
});

it('records the costs of several processes, and applies their common limit', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  const folder = mkdtempSync(join(cwd, 'books-'));
  const limits = [{ name: 'two', max: { requests: 2 }, per: 'day', zone: 'Europe/Berlin' }];
  writeFileSync(join(folder, 'majordomo.config.json'), JSON.stringify({ ledger: { limits }, log: true }));
  const places = { ...env, ...lab(server), XDG_STATE_HOME: join(folder, 'state') };
  trustConfigs(folder, ['majordomo.config.json'], { env: { XDG_STATE_HOME: places.XDG_STATE_HOME } });
  const call = async (...args: string[]): Promise<string> => {
    const running = run(process.execPath, [bin, ...args], { cwd: folder, env: places });
    return (await running.catch((error: unknown) => ({ stdout: (error as { stderr: string }).stderr })))
      .stdout;
  };
  const args = ['chat', 'lab/gpt-4o', 'hi', '--max-tokens', '9'];
  const answers = await Promise.all(Array.from({ length: 3 }, () => call(...args)));
  expect(answers.filter((answer) => answer === 'Hello.\n')).toHaveLength(2);
  expect(answers.filter((answer) => answer.startsWith('denied: '))).toHaveLength(1);
  expect(server.requests).toHaveLength(2);
  expect(JSON.parse(await call('usage', '--by', 'target', '--json'))).toMatchObject([{ calls: 2 }]);
  expect(JSON.parse(await call('log', '--json'))).toHaveLength(2);
});

it('chat uses the configuration that init has written', async () => {
  await using server = await serve('Hello.');
  const folder = mkdtempSync(join(cwd, 'init-'));
  const options = { cwd: folder, env: { ...env, ...lab(server) } };
  await run(process.execPath, [bin, 'init', '--model', 'lab/gpt-4o'], options);
  expect((await run(process.execPath, [bin, 'chat', 'hi there'], options)).stdout).toBe('Hello.\n');
  expect(server.requests[0]?.model).toBe('gpt-4o');
});

it.runIf(existsSync('/dev/full'))('fails if the answer cannot be written', async () => {
  await using server = await serve('Hello.');
  const script = `'${process.execPath}' '${bin}' chat lab/gpt-4o hi > /dev/full; echo $?`;
  const { stdout } = await run('bash', ['-c', script], { cwd, env: { ...env, ...lab(server) } });
  expect(stdout).toBe('1\n');
});

it('runs in a deleted folder, and reports files that do not exist', async () => {
  const gone = mkdtempSync(join(cwd, 'gone-'));
  const script = `cd '${gone}'; rmdir '${gone}'; '${process.execPath}' '${bin}' chat openai/x hi -f a.md`;
  const failed: unknown = await run('bash', ['-c', script], { cwd, env }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^majordomo: a\.md cannot be read/),
  });
});
