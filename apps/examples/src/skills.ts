import { createAgent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import { calc, clock } from '@majordomo/skills';

/** Skills are tools with instructions of their own; these two come with the package. */
export async function howManyDays(model: ChatModel, question: string): Promise<string> {
  const agent = createAgent({ model, skills: [calc(), clock()] });
  return (await agent.run(question)).text;
}
