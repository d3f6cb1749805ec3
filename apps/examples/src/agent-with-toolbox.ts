import { createAgent, defineTool, type Agent, type RunState } from '@majordomo/agent';
import { fromJson, toJson, type ChatModel } from '@majordomo/core';
import * as z from 'zod';

const lookUp = defineTool({
  name: 'look_up_invoice',
  description: 'Returns an invoice',
  parameters: z.object({ number: z.string() }),
  run: ({ number }) => ({ number, to: 'Acme', cents: 120_000 }),
});

/** Tool that pays an amount. Amounts above ten require approval. With `effect: 'once'`, a crash never causes a second payment. */
const pay = defineTool({
  name: 'pay',
  description: 'Pays an amount to a recipient',
  parameters: z.object({ to: z.string(), cents: z.number() }),
  approval: ({ cents }) => cents > 1000,
  effect: 'once',
  run: ({ to, cents }) => `paid ${cents} cents to ${to}`,
});

export const clerk = (model: ChatModel): Agent =>
  createAgent({ model, instructions: 'You settle invoices.', tools: [lookUp, pay], maxSteps: 6 });

/** Runs until an approval is required. The state is JSON and can be stored in a database. */
export async function begin(
  agent: Agent,
  task: string,
): Promise<{ json: string; awaiting: readonly string[] }> {
  const { state, awaiting } = await agent.run(task);
  return { json: JSON.stringify(toJson(state)), awaiting: awaiting.map(({ id }) => id) };
}

/** Continues the run with a decision about a call. Any process can continue the run. */
export async function decide(agent: Agent, json: string, callId: string, yes: boolean): Promise<string> {
  const state = fromJson<RunState>(JSON.parse(json));
  const decision = yes
    ? { callId, approve: true as const }
    : { callId, deny: 'the owner denied the payment' };
  return (await agent.run(state, { decisions: [decision] })).text;
}
