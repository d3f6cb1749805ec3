import { resolve } from 'node:path';
import type { Skill } from '@majordomo/agent';
import type { LlmError } from '@majordomo/core';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { throwStop } from '../program/throw-stop.ts';
import { writeNote } from '../terminal/paint.ts';

/** Loads the skills in these folders, and prints the problems of each skill. Throws `Stop` if they cannot be loaded. */
export async function loadSkillFolders(folders: readonly string[], io: Io): Promise<Skill> {
  const loaded = await loadPackage('@majordomo/skills/node', io.cwd, '--skills');
  const { loadSkills } = loaded as typeof import('@majordomo/skills/node');
  const onProblem = ({ message }: LlmError): void => {
    writeNote(io.stderr, message);
  };
  const paths = folders.map((folder) => resolve(io.cwd, folder));
  return loadSkills(paths, { onProblem }).catch(throwStop);
}
