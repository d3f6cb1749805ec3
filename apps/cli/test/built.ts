import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, onTestFinished } from 'vitest';
import { collectOutput, type Output } from './output.ts';
import { trustConfigs } from './world.ts';

export const BIN: string = join(import.meta.dirname, '../dist/bin.js');

/** Creates a temporary folder with these files for the test. A configuration among them is trusted. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  expect(existsSync(BIN), 'build first').toBe(true);
  const cwd = testFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text, { mode: 0o600 });
  trustConfigs(cwd, Object.keys(files));
  return cwd;
}

/** Command that runs in a separate process. */
export interface Running extends Output {
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly exitCode: Promise<number | NodeJS.Signals>;
}

/**
 * Starts the built command in a separate process, which ends with the test. Only tests of signals, exit codes, terminals, pipes
 * and loaded files need a process. Others use `started`, which takes a tenth of the time.
 */
export function start(
  argv: readonly string[],
  {
    cwd = folder(),
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Running {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const collected = collectOutput(once(child, 'close'));
  child.stdout.setEncoding('utf8').on('data', collected.addOut);
  child.stderr.setEncoding('utf8').on('data', collected.addErr);
  const exitCode = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { ...collected.output, child, exitCode };
}
