import { createAgent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import { clockSkill } from '@majordomo/skills';
import { calc } from './calculator.ts';

/** Uses two skills: `clockSkill` of the package, and the application's `calc`. */
export async function howManyDays(model: ChatModel, question: string): Promise<string> {
  const agent = createAgent({ model, skills: [calc(), clockSkill()] });
  return (await agent.run(question)).text;
}
