import { createAgent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import { clock } from '@majordomo/skills';
import { calc } from './calculator.ts';

/** Skills are tools with their instructions: `clock` is part of the package, `calc` is an application's. */
export async function howManyDays(model: ChatModel, question: string): Promise<string> {
  const agent = createAgent({ model, skills: [calc(), clock()] });
  return (await agent.run(question)).text;
}
