import { createMajordomo, toolResult, user, type Message } from '@majordomo/core';
import { startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { createAgent } from '../src/index.ts';
import { vendors, type Vendor } from './support/vendors.ts';

const CALL = { parts: [{ type: 'tool-call', name: 'look', json: '{}' }] } as const;

it.each(['openai responses', 'openai', 'deepseek', 'groq', 'anthropic'])(
  'a run on %s reads the arguments of earlier calls in its first two steps only',
  async (name) => {
    const { wire, model, open } = vendors[name] as Vendor;
    await using server = await startWireServer({ wire, script: [CALL, CALL, CALL, 'Done.'] });
    let reads = 0;
    const args = {
      get q() {
        reads++;
        return 'who are you';
      },
    };
    const history: Message[] = [
      user('Who are you?'),
      { role: 'assistant', parts: [{ type: 'tool-call', id: 'call_0', name: 'look', args }] },
      toolResult({ callId: 'call_0', name: 'look', content: 'A model.' }),
      user('Look.'),
    ];
    const readCounts: number[] = [];
    const agent = createAgent({
      model: createMajordomo({ providers: [{ ...open(server.baseURL), id: 'v' }] }).model(`v/${model}`),
      tools: [{ name: 'look', description: 'Looks', parameters: { type: 'object' }, run: () => 'seen' }],
      onStep: () => {
        readCounts.push(reads);
      },
    });
    expect((await agent.run(history)).text).toBe('Done.');
    // The second step shows that the conversation continues, so its converted messages are cached.
    expect(readCounts).toEqual([1, 2, 2, 2]);
    expect(server.requests.flatMap(({ violations }) => violations)).toEqual([]);
    expect(JSON.stringify(server.requests[3]?.body)).toContain('who are you');
  },
);
