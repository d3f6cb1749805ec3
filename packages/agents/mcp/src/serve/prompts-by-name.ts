import type { Skill } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import type { ServedPrompt } from './options.ts';

/** Returns the prompts by name, including a prompt for the instructions of each skill. Throws `config` if names are equal. */
export function promptsOf(
  prompts: readonly ServedPrompt[],
  skills: readonly Skill[],
): ReadonlyMap<string, ServedPrompt> {
  const all: readonly ServedPrompt[] = [
    ...prompts,
    ...skills.flatMap(({ name, instructions }) =>
      instructions === undefined ? [] : [{ name, messages: () => instructions }],
    ),
  ];
  const byName = new Map(all.map((prompt) => [prompt.name, prompt]));
  if (byName.size < all.length)
    throw new LlmError('config', 'serveMcp: two prompts or skills have the same name; rename one');
  return byName;
}
