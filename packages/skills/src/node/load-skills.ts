import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { checkOptions, notify } from '@majordomo/core/toolkit';
import { skillLibrary, type SkillFolder } from '../skill-library.ts';
import { diskFolder, SKILL_FILE } from './disk-folder.ts';

/** How skill folders are read. */
export interface LoadSkillsOptions {
  /** Called for every folder that is skipped, and for violations of the format in others. @default a process warning */
  readonly onProblem?: ((error: LlmError) => void) | undefined;
  /** true: the first folder that is not by the letter of the format is thrown. Default: false. */
  readonly strict?: boolean | undefined;
}

/**
 * Loads the skill folders of one or several folders, as one skill for `createAgent`. Of two skills with one name, the
 * one in the earlier folder counts: put the user's folder first. Violations of the format are tolerated; a folder
 * without a description of a skill is skipped. Throws `config` for an invalid path, and for a folder that cannot be
 * read.
 *
 *
 * @example
 * const agent = createAgent({ model, skills: [await loadSkills(['./skills', '/usr/share/skills'])] });
 */
export async function loadSkills(
  roots: string | readonly string[],
  options: LoadSkillsOptions = {},
): Promise<Skill> {
  checkOptions('loadSkills', options, { onProblem: 'function', strict: 'boolean' });
  const { onProblem = warn, strict = false } = options;
  const loaded = new Map<string, SkillFolder>();
  for (const root of pathsIn(roots)) {
    for (const folder of await skillFoldersIn(root)) {
      const against = (what: string): void => {
        notify(onProblem, skillError(folder, `read, though ${what}`));
      };
      try {
        const skill = await diskFolder(folder, { strict, onProblem: against });
        if (!loaded.has(skill.name)) loaded.set(skill.name, skill);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (strict) throw skillError(folder, why, cause);
        notify(onProblem, skillError(folder, `passed over, ${why}`, cause));
      }
    }
  }
  return skillLibrary([...loaded.values()]);
}

function pathsIn(roots: string | readonly string[]): readonly string[] {
  checkOptions('loadSkills', { roots }, { roots: 'array or string' }, ['roots']);
  const paths = typeof roots === 'string' ? [roots] : roots;
  paths.forEach((path: unknown, at) => {
    if (typeof path !== 'string')
      throw new LlmError(
        'config',
        `loadSkills: roots[${at}] must be the path of a folder, as fileURLToPath makes one of a URL`,
        { path: `roots[${at}]` },
      );
  });
  return paths;
}

/** Shown by Node on stderr, unless the program listens to warnings itself. */
const warn = ({ message }: LlmError): void => {
  process.emitWarning(message, { type: 'MajordomoWarning' });
};

/** Folders with a `SKILL.md`, by name; a link to such a folder is one as well. */
async function skillFoldersIn(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((cause: unknown) => {
    throw skillError(root, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const found: string[] = [];
  for (const name of names.sort()) {
    const file = await stat(join(root, name, SKILL_FILE)).catch(() => undefined);
    if (file?.isFile() === true) found.push(join(root, name));
  }
  return found;
}

const skillError = (folder: string, what: string, cause?: unknown): LlmError =>
  new LlmError('config', `skills in ${folder}: ${what}`, {}, { cause });
