import { createMajordomo, toolResult, user, type Message, type ToolSpec } from '@majordomo/core';
import { startWireServer } from '@majordomo/conformance';
import type { Side } from './wires.ts';

const tools: ToolSpec[] = [
  {
    name: 'look',
    description: 'Looks at a place',
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
];

/** Plays a conversation with tools of `turns` turns. Returns the messages of each request in the form of the API. */
export async function converse(side: Side, turns: number): Promise<readonly (readonly unknown[])[]> {
  const server = await startWireServer({
    wire: side.wire,
    script: (_, n) => ({
      id: `r${n}`,
      parts: [
        { type: 'text', text: `Turn ${n}: ünïcode 𝄞.` },
        { type: 'tool-call', name: 'look', json: `{"at":"place ${n}"}` },
        { type: 'tool-call', name: 'look', json: '' },
      ],
    }),
  });
  try {
    const model = createMajordomo({ providers: [side.provider('p', server.baseURL)] }).model(
      `p/${side.model}`,
    );
    const messages: Message[] = [user('Look around.')];
    for (let turn = 0; turn < turns; turn++) {
      const { message, toolCalls } = await model.generate({
        messages,
        tools,
        system: 'Be brief.',
        maxTokens: 100,
      });
      const results = toolCalls.map(({ id, name }, at) => ({
        callId: id,
        name,
        content: `seen ${turn}`,
        isError: at === 1,
      }));
      messages.push(message, toolResult(results));
    }
    return server.requests.map(({ request }) => request.messages);
  } finally {
    await server.close();
  }
}
