import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';
import { printable } from '../terminal/paint.ts';

const SKILL = 'majordomo/SKILL.md';

/** Options of `majordomo skill`. */
export interface SkillFlags {
  readonly force?: true;
}

/** Implements `majordomo skill`. Copies the skill of `@majordomo/core` for coding agents to a folder of skills. */
export async function skill(folder: string, { force }: SkillFlags, { cwd, stdout }: Io): Promise<ExitCode> {
  const core = dirname(createRequire(import.meta.url).resolve('@majordomo/core/package.json'));
  const text = await readFile(join(core, 'skills', SKILL), 'utf8');
  const file = resolve(cwd, folder, SKILL);
  const existing = await readFile(file, 'utf8').catch(() => undefined);
  if (existing !== undefined && existing !== text && force !== true)
    throw new Stop(`${file} has another text and was not changed; --force replaces it`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new Stop(`${file} cannot be written: ${reasonOf(error)}`, EXIT.failed);
  }
  stdout.write(`Wrote ${printable(file)}\n`);
  return EXIT.ok;
}
