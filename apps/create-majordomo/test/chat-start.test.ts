import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { emptyFolder } from './support/command.ts';

const MAIN = join(import.meta.dirname, '../templates/chat/src/main.ts');

/** Starts the server of the chat in a folder, and returns its output until the line with its address. */
async function startup(cwd: string): Promise<string> {
  const server = spawn(process.execPath, [MAIN], {
    cwd,
    env: { PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  onTestFinished(async () => {
    server.kill();
    await closed;
  });
  let output = '';
  const listening = new Promise<void>((resolve) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (data: Buffer) => {
        output += data.toString();
        if (output.includes('http://')) resolve();
      });
  });
  await Promise.race([listening, closed]);
  return output;
}

it('npm start of the chat names the missing build', async () => {
  const cwd = emptyFolder();
  expect(await startup(cwd)).toMatch(/The page does not exist yet\. Write it: npm run build[^]*http:/);
  mkdirSync(join(cwd, 'dist'));
  writeFileSync(join(cwd, 'dist/index.html'), '<!doctype html>');
  expect(await startup(cwd)).not.toContain('npm run build');
}, 60_000);
