import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';

/**
 * Returns the skill if it has instructions, tools, or both. A skill does not store a run's state, so several agents can share the
 * skill. Throws `config` for an empty name, and for a skill without instructions and tools.
 *
 * @example
 * const polite = defineSkill({ name: 'polite', instructions: 'Answer in a polite tone.' });
 * createAgent({ model, skills: [polite, clockSkill()] });
 */
export function defineSkill(skill: Skill): Skill {
  const { name, instructions = '', tools = [] } = skill;
  if (name.trim() === '') throw new LlmError('config', 'defineSkill: name must not be empty');
  if (instructions.trim() === '' && tools.length === 0) {
    throw new LlmError('config', `skill "${name}" has neither instructions nor tools; add one of them`);
  }
  return skill;
}
