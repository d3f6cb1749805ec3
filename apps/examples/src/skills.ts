import { createAgent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import { clock } from '@majordomo/skills';
import { calc } from './calculator.ts';

/** Uses two skills: `clock` from the package, and the application's `calc`. */
export async function howManyDays(model: ChatModel, question: string): Promise<string> {
  const agent = createAgent({ model, skills: [calc(), clock()] });
  return (await agent.run(question)).text;
}
