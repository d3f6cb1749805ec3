import { createAgent, defineTool, type Decision } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import * as z from 'zod';

const parameters = z.object({ id: z.string() });

export const wrongArgument = defineTool({
  name: 'tool',
  description: '',
  parameters,
  // error: Property 'city' does not exist on type '{ id: string; }'
  run: ({ city }) => city,
});

// error: No overload matches this call
export const otherName = defineTool({ name: 'tool', description: '', parameters, execute: () => 'done' });

export async function decide(model: ChatModel): Promise<void> {
  // error: 'abortSignal' does not exist in type
  const agent = createAgent({ model, abortSignal: AbortSignal.abort() });
  // error: 'callId' does not exist in type 'readonly Decision[]'
  await agent.run('hi', { decisions: { callId: 'a', approve: true } });
}

// error: Type 'false' is not assignable to type 'true'
export const decision: Decision = { callId: 'a', approve: false };
