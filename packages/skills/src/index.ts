export { defineSkill } from './define-skill.ts';

export { clock, type ClockOptions } from './clock.ts';

// SKILL.md folders; those on disk are loaded by `@majordomo/skills/node`
export { parseSkillFile, readSkillFile, type ReadSkillFile, type SkillFile } from './skill-file.ts';
export { skillLibrary, type SkillFolder } from './skill-library.ts';

// what these are made of, for declarations of your own
export type { Skill, ToolOutput } from '@majordomo/agent';
