import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { skillLibrary } from '../skill-library.ts';
import { diskFolder, SKILL_FILE } from './disk-folder.ts';

/** What becomes of folders that are no skill. */
export interface LoadSkillsOptions {
  /** Told of a folder that is passed over because it is no skill. Default: the first such folder is thrown. */
  readonly onProblem?: ((error: LlmError) => void) | undefined;
}

/**
 * The skill folders in one folder or several, as one skill for `createAgent`. Of two skills with one name, the one in
 * the earlier folder counts: put the user's own before those that came with something. Throws `config` for a folder
 * that cannot be read, and for one whose `SKILL.md` is none.
 *
 * @example
 * const agent = createAgent({ model, skills: [await loadSkills(['./skills', '/usr/share/skills'])] });
 */
export async function loadSkills(
  roots: string | readonly string[],
  { onProblem }: LoadSkillsOptions = {},
): Promise<Skill> {
  const loaded = new Map<string, Awaited<ReturnType<typeof diskFolder>>>();
  for (const root of typeof roots === 'string' ? [roots] : roots) {
    for (const folder of await skillFoldersIn(root)) {
      try {
        const skill = await diskFolder(folder);
        if (!loaded.has(skill.name)) loaded.set(skill.name, skill);
      } catch (cause) {
        const error = problem(folder, cause);
        if (onProblem === undefined) throw error;
        onProblem(error);
      }
    }
  }
  return skillLibrary([...loaded.values()]);
}

/** Folders with a `SKILL.md`, by name; a link to such a folder is one as well. */
async function skillFoldersIn(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((cause: unknown) => {
    throw problem(root, cause);
  });
  const found: string[] = [];
  for (const name of names.sort()) {
    const file = await stat(join(root, name, SKILL_FILE)).catch(() => undefined);
    if (file?.isFile() === true) found.push(join(root, name));
  }
  return found;
}

function problem(folder: string, cause: unknown): LlmError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LlmError('config', `skills in ${folder}: ${why}`, {}, { cause });
}
