export { defineSkill } from './define-skill.ts';

export { clock, type ClockOptions } from './clock.ts';

// SKILL.md folders; `@majordomo/skills/node` loads folders on disk
export { parseSkillFile, readSkillFile, type ReadSkillFile, type SkillFile } from './skill-file.ts';
export { skillLibrary, type SkillFolder } from './skill-library.ts';

// Types of the agent that these declarations use.
export type { Skill, ToolOutput } from '@majordomo/agent';
