import { createAgent, defineTool, type Agent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import * as z from 'zod';

/** Amount in USD that the agent may refund without the approval of a person. */
export const FREE_USD = 20;

const findOrder = defineTool({
  name: 'find_order',
  description: 'Finds an order by its number',
  parameters: z.object({ number: z.string() }),
  // Replace this line with a query of your database.
  run: ({ number }) => ({ number, item: 'Blue lamp', usd: 49 }),
});

const refund = defineTool({
  name: 'refund',
  description: 'Refunds an order',
  parameters: z.object({ number: z.string(), usd: z.number().positive() }),
  approval: ({ usd }) => usd > FREE_USD,
  effect: 'once',
  timeoutMs: 10_000,
  // Replace this line with a call of your payment service. Pass the key to it, so that it recognizes a repeated refund.
  run: ({ number, usd }, { key }) => `refunded ${usd} USD for order ${number}, key ${key}`,
});

/** Returns the agent of a lamp shop. It looks up orders, and refunds them after an approval. */
export function shopAgent(model: ChatModel): Agent {
  return createAgent({
    name: 'shop',
    model,
    instructions: 'You answer customers of a lamp shop. Look up the order before you refund it.',
    tools: [findOrder, refund],
    maxSteps: 8,
  });
}
