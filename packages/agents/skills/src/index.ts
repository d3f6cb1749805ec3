export { defineSkill } from './define-skill.ts';

export { clockSkill, type ClockSkillOptions } from './clock-skill.ts';

// Folders with a `SKILL.md`. `@majordomo/skills/node` loads folders on disk.
export { parseSkillFile, readSkillFile, type ReadSkillFile, type SkillFile } from './skill-file.ts';
export { skillLibrary, type SkillFolder } from './skill-library.ts';

// Types of `@majordomo/agent` that these declarations use.
export type { Skill, ToolOutput } from '@majordomo/agent';
