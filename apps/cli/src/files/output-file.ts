import { constants } from 'node:fs';
import { access, open, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EXIT, Stop } from '../program/exit.ts';
import { reasonOf } from '../program/reason.ts';

/**
 * Throws `Stop` if a file of the user cannot be written, so that a command can stop before it calls a model. `option`: option with
 * the path.
 */
export async function checkWritable(output: string, option: string, cwd: string): Promise<void> {
  const path = resolve(cwd, output);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new Stop(`${output} is a folder; ${option} must be a file`);
  // A missing folder has no `stat`. `access` below reports it.
  const folder = there === undefined ? await stat(dirname(path)).catch(() => undefined) : undefined;
  if (folder?.isDirectory() === false)
    throw new Stop(`${output} cannot be written: ${dirname(output)} is not a folder`);
  try {
    await access(there === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new Stop(`${output} cannot be written: ${reasonOf(error)}`);
  }
}

/** Writes a file of the user. Throws `Stop` on failure. */
export const writeOutput = (file: string, content: string | Uint8Array, cwd: string): Promise<void> =>
  writeFile(resolve(cwd, file), content).catch((error: unknown) => cannotWrite(file, error));

/** Creates or empties a file of the user. Throws `Stop` on failure. */
export const openOutput = (file: string, cwd: string): Promise<FileHandle> =>
  open(resolve(cwd, file), 'w').catch((error: unknown) => cannotWrite(file, error));

function cannotWrite(file: string, error: unknown): never {
  throw new Stop(`${file} cannot be written: ${reasonOf(error)}`, EXIT.failed);
}
