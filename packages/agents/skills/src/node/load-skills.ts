import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { checkOptions, notify } from '@majordomo/core/toolkit';
import { skillLibrary, type SkillFolder } from '../skill-library.ts';
import { diskFolder, SKILL_FILE } from './disk-folder.ts';

/** Options of `loadSkills`. */
export interface LoadSkillsOptions {
  /** Listener called for every skipped folder, and for every violation of the format. @default a process warning */
  readonly onProblem?: ((error: LlmError) => void) | undefined;
  /** Whether to throw an error for the first folder that violates the format. @default false */
  readonly strict?: boolean | undefined;
}

/**
 * Loads the skill folders in one or several folders, as one skill for `createAgent`. If two skills have the same name, the skill
 * in the folder that is passed first is used, so pass the user's folder first. Unless `strict` is set, reports violations of the
 * format and skips unreadable skills. Throws `config` if a path is not a string or the folder at a path cannot be read.
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
      const reportProblem = (what: string): void => {
        notify(onProblem, skillError(folder, `the skill was loaded, but ${what}; correct SKILL.md`));
      };
      try {
        const skill = await diskFolder(folder, { strict, onProblem: reportProblem });
        if (!loaded.has(skill.name)) loaded.set(skill.name, skill);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (strict) throw skillError(folder, why, cause);
        notify(onProblem, skillError(folder, `the skill was skipped (${why}); correct SKILL.md`, cause));
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
        `loadSkills: roots[${at}] must be the path of a folder; convert a URL with fileURLToPath`,
        { path: `roots[${at}]` },
      );
  });
  return paths;
}

/** Emits a warning, which Node prints on stderr by default. */
const warn = ({ message }: LlmError): void => {
  process.emitWarning(message, { type: 'MajordomoWarning' });
};

/** Returns the sorted paths of the folders with a `SKILL.md`, including links to such folders. */
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
