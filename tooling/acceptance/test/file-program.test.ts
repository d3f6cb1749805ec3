import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFileServer, type FileServer } from '@majordomo/conformance';
import { inShared } from '@majordomo/test-support';
import { afterAll, expect, it } from 'vitest';

const PROGRAM = inShared('facts4/slow-files.ts');
const folder = mkdtempSync(join(import.meta.dirname, '.program-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const DRIVER = `
import { ask, forget, store } from './program.ts';
import { fromJson } from '@majordomo/core';
const messages = await ask(process.argv.slice(2), ['What is in it?', 'And why?', 'Really?'], 'acme');
const stored = fromJson(JSON.parse(await store(messages)));
await forget(messages, 'acme');
console.log(JSON.stringify({ parts: stored[0].parts.map(({ bytes }) => bytes?.length) }));
`;

/** Runs the program in a process, and returns the last line that it prints. */
async function run(server: FileServer): Promise<unknown> {
  // The option had another name when the program was written.
  const program = readFileSync(PROGRAM, 'utf8').replace('store: stores.cache', 'records: stores.records');
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, 'driver.ts'), DRIVER);
  const paths = [1, 2].map((number) => join(folder, `report-${number}.pdf`));
  for (const [at, path] of paths.entries()) writeFileSync(path, new Uint8Array(2_000_000).fill(at + 1));
  const env = {
    PATH: process.env['PATH'],
    OPENAI_API_KEY: 'k1',
    OPENAI_BASE_URL: server.baseURL,
    ANTHROPIC_API_KEY: 'k2',
    GEMINI_API_KEY: 'k3',
  };
  const args = ['--no-warnings', 'driver.ts', ...paths];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

it.skipIf(!existsSync(PROGRAM))(
  'a program that asks three questions about two reports uploads each once, stores their bytes and deletes the copies',
  { timeout: 60_000 },
  async () => {
    await using server = await startFileServer();
    expect(await run(server)).toEqual({ parts: [null, 2_000_000, 2_000_000] });
    const steps = server.requests.map(({ step }) => step);
    expect(steps).toEqual(['upload', 'upload', 'chat', 'chat', 'chat', 'remove', 'remove']);
    for (const { size } of server.requests.filter(({ step }) => step === 'chat'))
      expect(size).toBeLessThan(2000);
  },
);
