import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

const BIN = join(import.meta.dirname, '../../dist/bin.js');

/** Result of a command. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Time limit in milliseconds for the removal of a folder with installed packages. */
const REMOVAL_MS = 60_000;

/** Returns an empty folder, which is removed after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-majordomo-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }), REMOVAL_MS);
  return folder;
}

/** Starts the built command without a terminal. `path` is the variable PATH, by default without any program. */
export function start(cwd: string, args: readonly string[], path = ''): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for the end of a command. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await code, out, err };
}

/** Runs the built command without a terminal, and without any program in PATH. */
export const run = (cwd: string, ...args: readonly string[]): Promise<Ended> => ended(start(cwd, args));

/** Returns the sorted paths of all files in a folder. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
