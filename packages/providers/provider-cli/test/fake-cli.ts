import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';

export interface FakeCli extends AsyncDisposable {
  /** Path of the script. */
  readonly command: string;
  readonly folder: string;
  /** Returns the content of a file that the script writes, when it exists. */
  wrote(name: string): Promise<string>;
}

/** Creates an executable Node script that acts as a CLI. `folder` is its writable directory; the body is a module. */
export async function fakeCli(body: string, name = 'fake-cli'): Promise<FakeCli> {
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-fake-'));
  const command = join(folder, name);
  const head = [
    `#!${process.execPath}`,
    `const fs = require('node:fs');`,
    `const folder = ${JSON.stringify(folder)};`,
    `const write = (name, text) => { fs.writeFileSync(folder + '/.' + name, String(text)); fs.renameSync(folder + '/.' + name, folder + '/' + name); };`,
    `const say = (...values) => { for (const value of values) process.stdout.write(JSON.stringify(value) + '\\n'); };`,
    `const stdin = () => fs.readFileSync(0, 'utf8');`,
  ];
  await writeFile(command, `${head.join('\n')}\n${body}\n`, { mode: 0o755 });
  return {
    command,
    folder,
    async wrote(file) {
      for (;;) {
        try {
          return await readFile(join(folder, file), 'utf8');
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Waits until no process with this id runs. */
export async function waitForExit(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid)).toBe(false);
}

/** Whether the process runs. A zombie (`Z`) still has its id. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(stat);
}

/** Returns a complete response in the format of the first CLI. */
export const SAYS_HELLO = `say(
  { type: 'system', subtype: 'init', session_id: 's1' },
  { type: 'assistant', message: { id: 'm1', content: [{ type: 'text', text: 'Hello' }] } },
  { type: 'result', subtype: 'success', is_error: false, result: 'Hello', stop_reason: 'end_turn',
    usage: { input_tokens: 3, cache_read_input_tokens: 2, cache_creation_input_tokens: 1, output_tokens: 4 }, total_cost_usd: 0.000185 },
);`;
