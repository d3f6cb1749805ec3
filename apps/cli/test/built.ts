import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { trustConfigs } from './world.ts';

export const BIN: string = join(import.meta.dirname, '../dist/bin.js');

/** Creates a temporary folder with these files for the test. A configuration among them is trusted. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  expect(existsSync(BIN), 'build first').toBe(true);
  const cwd = mkdtempSync(join(tmpdir(), 'majordomo-built-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text, { mode: 0o600 });
  trustConfigs(cwd, Object.keys(files));
  onTestFinished(() => {
    rmSync(cwd, { recursive: true, force: true });
  });
  return cwd;
}

/** Command that runs in a separate process. */
export interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until the output matches, and returns the match. Rejects with the output if the command ends before. */
  outputMatching(pattern: RegExp): Promise<string>;
  /** Exit code, or the signal that ended it. */
  readonly exitCode: Promise<number | NodeJS.Signals>;
}

/** Starts the command, which ends with the test. */
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
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  child.stdout.on('data', wake);
  child.stderr.on('data', wake);
  const nextOutput = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
  const exitCode = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  let isOver = false;
  void exitCode.then(() => (isOver = true));
  return {
    child,
    exitCode,
    out: () => output.out,
    err: () => output.err,
    async outputMatching(pattern) {
      for (;;) {
        const match = pattern.exec(output.out + output.err);
        if (match !== null) return match[1] ?? match[0];
        if (isOver) throw new Error(`it ended with ${String(await exitCode)}: ${output.out}${output.err}`);
        await Promise.race([nextOutput(), exitCode]);
      }
    },
  };
}
