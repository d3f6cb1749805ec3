import {
  agentTool,
  createAgent,
  defineTool,
  type Agent,
  type RunResult,
  type RunState,
} from '@majordomo/agent';
import { costOfResponse } from '@majordomo/catalog';
import { fromJson, type ChatModel } from '@majordomo/core';
import { connectMcpServers, type McpOptions, type McpServers } from '@majordomo/mcp';
import * as z from 'zod';

/**
 * Creates a desk that hands questions about invoices to the agent `billing`. `billing` searches the tools of the MCP servers. A
 * sub-agent pays each refund after a person has approved it. A run stops when it has cost 0.50 dollars.
 */
export async function supportTeam(
  model: ChatModel,
  programs: readonly McpOptions[],
  pay: (order: string, cents: number) => Promise<string>,
): Promise<{ readonly desk: Agent; readonly servers: McpServers }> {
  const servers = await connectMcpServers(programs, { concurrency: 8 });
  for (const { name, error } of servers.failures) console.warn(`${name} is missing: ${error.message}`);
  const refund = defineTool({
    name: 'refund',
    description: 'Pays money back',
    parameters: z.object({ order: z.string(), cents: z.number().int() }),
    approval: true,
    maxCalls: 1,
    run: ({ order, cents }) => pay(order, cents),
  });
  const refunds = createAgent({ model, instructions: 'You refund orders.', tools: [refund] });
  const billing: Agent = createAgent({
    name: 'billing',
    model,
    instructions: 'You answer questions on invoices.',
    tools: [agentTool({ name: 'ask_refunds', description: 'Refunds an order', agent: refunds })],
    toolboxes: servers.toolboxes,
    toolSearch: { minTools: 3 },
    handoffs: () => [desk],
  });
  const desk: Agent = createAgent({
    name: 'desk',
    model,
    instructions: 'Find out what the customer needs.',
    handoffs: [{ agent: billing, description: 'Invoices and refunds.' }],
    cost: costOfResponse,
    budget: { maxUsd: '0.50' },
  });
  return { desk, servers };
}

/** Continues a stored run with a decision, possibly in another process. `callId` is a path such as `c1/p1`. */
export function decide(desk: Agent, stored: string, callId: string, approve: boolean): Promise<RunResult> {
  const decision = approve ? { callId, approve } : { callId, deny: 'not this month' };
  return desk.run(fromJson<RunState>(JSON.parse(stored)), { decisions: [decision] });
}
