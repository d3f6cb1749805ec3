import { resolve } from 'node:path';
import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { painter, printable } from '../terminal/paint.ts';

type LoadSkills = (
  roots: readonly string[],
  options: { readonly onProblem: (error: LlmError) => void },
) => Promise<Skill>;

/** Loads the skills in these folders, and prints the problems of each skill. Throws `Stop` if no skill is found. */
export async function loadSkillFolders(folders: readonly string[], io: Io): Promise<Skill> {
  const module = await loadPackage('@majordomo/skills/node', io.cwd, '--skills');
  const load = Reflect.get(module, 'loadSkills') as LoadSkills;
  const paint = painter(io.stderr);
  const onProblem = ({ message }: LlmError): void => {
    io.stderr.write(`${paint('dim', printable(message))}
`);
  };
  try {
    return await load(
      folders.map((folder) => resolve(io.cwd, folder)),
      { onProblem },
    );
  } catch (error) {
    if (LlmError.is(error)) throw new Stop(error.message);
    throw error;
  }
}
