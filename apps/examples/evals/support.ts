// The application: an agent of a shop with two tools.
import { createAgent, defineTool, type Agent } from '@majordomo/agent';
import { jsonSchema, type ChatModel } from '@majordomo/core';

const INSTRUCTIONS = `Help customers of a shop. Be brief.
Look up the order before you answer a question about it.
Refund an order if the customer asks for it and the order has arrived.`;

const parameters = jsonSchema<{ id: string }>({
  type: 'object',
  properties: { id: { type: 'string' } },
  required: ['id'],
});

/** Functions of the shop that the tools call. */
export interface Shop {
  order(id: string): Promise<string>;
  refund(id: string): Promise<string>;
}

/** Returns the agent, as the application creates it. */
export function createSupport(model: ChatModel, shop: Shop): Agent {
  const order = defineTool({
    name: 'order',
    description: 'Returns the state of an order.',
    parameters,
    run: ({ id }) => shop.order(id),
  });
  const refund = defineTool({
    name: 'refund',
    description: 'Refunds an order.',
    parameters,
    run: ({ id }) => shop.refund(id),
  });
  return createAgent({ model, instructions: INSTRUCTIONS, tools: [order, refund] });
}
