export { loadSkills, type LoadSkillsOptions } from './node/load-skills.ts';
