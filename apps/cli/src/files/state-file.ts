import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { EXIT, Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';

/** Returns the path of a file in `$XDG_STATE_HOME/majordomo`, by default in `~/.local/state/majordomo`. */
export function stateFile(name: string, { home, env }: Pick<Io, 'home' | 'env'>): string {
  return join(xdgFolder(env['XDG_STATE_HOME'], join(home, '.local/state')), 'majordomo', name);
}

/** Returns the folder of an XDG variable, or `otherwise` for a missing or relative path, as the specification requires. */
export const xdgFolder = (path: string | undefined, otherwise: string): string =>
  path !== undefined && isAbsolute(path) ? path : otherwise;

/** Writes a JSON file atomically, readable for the user only. Throws `Stop` if the file cannot be written. */
export function writeState(file: string, value: unknown): void {
  const part = `${file}.${randomUUID()}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(part, `${JSON.stringify(value, undefined, 1)}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw new Stop(`${file} cannot be written: ${reasonOf(error)}`, EXIT.failed);
  }
}
