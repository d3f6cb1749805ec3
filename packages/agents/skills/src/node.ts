/**
 * Skills from folders, for Node.
 * @module
 */
export { loadSkills, type LoadSkillsOptions } from './node/load-skills.ts';
