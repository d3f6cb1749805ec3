import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { serveA2a, type A2aServer, type A2aToolbox, type RecordStore } from '@majordomo/a2a';
import { createAgent, defineTool } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';

const refund = defineTool({
  name: 'refund',
  description: 'Refunds an order',
  parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  approval: true,
  effect: 'once',
  run: (args, { key }) => `Refunded ${JSON.stringify(args)}, reference ${key}.`,
});

/** Returns the server of a support desk, whose tasks survive a restart in `records`. `keys`: names of the callers by their keys. */
export function supportDesk(
  model: ChatModel,
  url: string,
  { records, keys }: { readonly records: RecordStore; readonly keys: ReadonlyMap<string, string> },
): A2aServer {
  return serveA2a({
    agent: createAgent({ model, instructions: 'You refund orders of customers.', tools: [refund] }),
    url,
    card: { name: 'Support desk', description: 'Refunds orders', version: '1.0.0' },
    authorize: ({ headers }) => {
      const user = keys.get(headers.get('authorization')?.replace(/^Bearer /, '') ?? '');
      return user === undefined ? undefined : { user };
    },
    records,
  });
}

/** Listens on a port of this machine. */
export function listenAt(port: number, desk: A2aServer): Server {
  const answer = getRequestListener((request) => desk.fetch(request));
  return createServer((incoming, outgoing) => void answer(incoming, outgoing)).listen(port, '127.0.0.1');
}

/** Asks an agent that uses the desk. `answer` replies to the questions of the desk, for example by asking a person. */
export async function askWithDesk(
  model: ChatModel,
  desk: A2aToolbox,
  question: string,
  answer: (question: unknown) => Promise<string>,
): Promise<string> {
  const agent = createAgent({ model, toolboxes: [desk] });
  let result = await agent.run(question);
  while (result.awaiting.length > 0) {
    const answers: Record<string, string> = {};
    for (const { callId, payload } of result.state.suspended ?? []) answers[callId] = await answer(payload);
    const { state, decisions } = await desk.settle(result.state, answers);
    result = await agent.run(state, { decisions });
  }
  return result.text;
}
