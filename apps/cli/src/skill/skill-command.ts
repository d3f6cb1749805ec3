import type { Define } from '../program/define.ts';
import type { SkillFlags } from './skill.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('[folder]', 'write to this folder', '.agents/skills')
    .option('--force', 'replace a skill with another text')
    .action(async (folder: string, flags: SkillFlags) => {
      const { skill } = await import('./skill.ts');
      done(await skill(folder, flags, io));
    });
};
