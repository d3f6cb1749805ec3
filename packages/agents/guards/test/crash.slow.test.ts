import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createRuns } from '@majordomo/agent';
import { sqliteStores } from '@majordomo/store-sqlite';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { chatServer } from './support/chat-server.ts';

const program = join(import.meta.dirname, 'support/crash-process.ts');
const VALUE = 'max@example.com';

function runProgram(...args: readonly string[]): Promise<number | string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve(signal ?? code);
    });
  });
}

it('a guarded agent with SQLite restores the values after SIGKILLs between its steps, and the vendor receives none', async () => {
  const folder = testFolder();
  const server = await chatServer((_body, at) =>
    at < 3 ? { calls: [{ name: 'mail', json: '{"to":"[EMAIL_1]"}' }] } : { pieces: ['Sent to [EMAIL_1]'] },
  );
  const file = join(folder, 'runs.db');
  const start = (killAt: number) => runProgram(file, server.url, String(killAt), `Mail ${VALUE} three times`);
  // The first process is killed before a model call, and each later one after one call. The next process continues from the file.
  for (let step = 0; step < 3; step++) expect(await start(step === 0 ? 1 : 2)).toBe('SIGKILL');
  expect(await start(0)).toBe(0);
  await using stores = sqliteStores(file);
  const state = await createRuns({ records: stores.records }).load('r');
  const transcript = JSON.stringify(state?.messages);
  expect(state?.done).toBe('answered');
  expect(transcript).toContain(`Sent to ${VALUE}`);
  expect(transcript).toContain(`"to":"${VALUE}"`);
  expect(transcript).not.toContain('[EMAIL_');
  expect(server.bodies.length).toBeGreaterThanOrEqual(4);
  expect(server.sent()).not.toContain(VALUE);
}, 240_000);
