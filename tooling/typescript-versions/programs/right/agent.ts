import { createAgent, defineTool, type Decision, type RunState, type Tool } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import * as z from 'zod';

const id = z.object({ id: z.string() });

/** Tools with each form of a result. */
export const tools: readonly Tool[] = [
  defineTool({ name: 'text', description: '', parameters: id, run: ({ id }) => `sunny in ${id}` }),
  defineTool({
    name: 'object',
    description: '',
    parameters: id,
    run: async ({ id }) => ({ id, found: true }),
  }),
  defineTool({ name: 'nothing', description: '', parameters: z.object({}), run: async () => {} }),
  defineTool({
    name: 'block',
    description: '',
    parameters: id,
    run: ({ id }) => {
      id.trim();
    },
  }),
  defineTool({
    name: 'block_of_promise',
    description: '',
    parameters: id,
    run: async ({ id }): Promise<void> => {
      await Promise.resolve(id);
    },
  }),
  defineTool({
    name: 'method',
    description: '',
    parameters: id,
    run({ id }, { signal }) {
      signal.throwIfAborted();
      if (id === '') return undefined;
      return [{ type: 'text', text: id }];
    },
  }),
  defineTool({
    name: 'json_schema',
    description: '',
    parameters: { type: 'object', properties: { id: { type: 'string' } } },
    approval: ({ id }) => id !== 'a',
    run: (args) => args['id'],
  }),
];

export async function decide(model: ChatModel, state?: RunState): Promise<string> {
  const agent = createAgent({ model, instructions: 'Help.', tools, maxSteps: 5 });
  const result = await agent.run(state ?? 'Do I need an umbrella?');
  const decisions: Decision[] = result.awaiting.map(({ id }) => ({ callId: id, approve: true }));
  const next = await agent.run(result.state, { decisions });
  return next.text;
}
