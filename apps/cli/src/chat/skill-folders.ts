import { resolve } from 'node:path';
import type { Skill, Tool } from '@majordomo/agent';
import type { LlmError } from '@majordomo/core';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { throwStop } from '../program/throw-stop.ts';
import { writeNote } from '../terminal/paint.ts';

/**
 * Returns the skills of the configuration and of the flag `--skills`. Tools that must not run twice require an approval, unless they
 * set `approval`.
 */
export async function skillsOf(
  { skills }: Settings,
  flags: { readonly skills?: readonly string[] },
  io: Io,
): Promise<readonly Skill[]> {
  const all = flags.skills === undefined ? skills : [...skills, await loadSkillFolders(flags.skills, io)];
  return all.map(withApprovals);
}

const withApprovals = (skill: Skill): Skill => ({
  ...skill,
  tools: skill.tools?.map((tool): Tool => ({ ...tool, approval: tool.approval ?? tool.effect === 'once' })),
});

/** Loads the skills in these folders, and prints the problems of each skill. Throws `Stop` if they cannot be loaded. */
async function loadSkillFolders(folders: readonly string[], io: Io): Promise<Skill> {
  const loaded = await loadPackage('@majordomo/skills/node', io.cwd, '--skills');
  const { loadSkills } = loaded as typeof import('@majordomo/skills/node');
  const onProblem = ({ message }: LlmError): void => {
    writeNote(io.stderr, message);
  };
  const paths = folders.map((folder) => resolve(io.cwd, folder));
  return loadSkills(paths, { onProblem }).catch(throwStop);
}
