import type { Define } from '../program/define.ts';
import type { SkillFlags } from './skill.ts';

export const define: Define = (command, io, run) => {
  command
    .argument('[folder]', 'write to this folder', '.agents/skills')
    .option('--force', 'replace a skill with another text')
    .action(
      run(async (folder: string, flags: SkillFlags) => (await import('./skill.ts')).skill(folder, flags, io)),
    );
};
