import { createMajordomo, type Message } from '@majordomo/core';
import { startWireServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createAgent } from '../src/index.ts';
import { vendors, type Vendor } from './support/vendors.ts';

const CALL = { parts: [{ type: 'tool-call', name: 'look', json: '{}' }] } as const;

it.each(['openai responses', 'openai', 'deepseek', 'groq', 'anthropic'])(
  'a run on %s reads what was said before it once, however many steps it takes',
  async (name) => {
    const { wire, model, open } = vendors[name] as Vendor;
    await using server = await startWireServer({ wire, script: [CALL, CALL, CALL, 'Done.'] });
    let reads = 0;
    const part = (text: string) => ({
      type: 'text' as const,
      get text() {
        reads++;
        return text;
      },
    });
    const history: Message[] = [
      { role: 'user', parts: [part('Who are you?')] },
      { role: 'assistant', parts: [part('A model.')] },
      { role: 'user', parts: [part('Look.')] },
    ];
    const seen: number[] = [];
    const agent = createAgent({
      model: createMajordomo({ providers: [{ ...open(server.baseURL), id: 'v' }] }).model(`v/${model}`),
      tools: [{ name: 'look', description: 'Looks', parameters: { type: 'object' }, run: () => 'seen' }],
      onStep: () => {
        seen.push(reads);
      },
    });
    expect((await agent.run(history)).text).toBe('Done.');
    expect(seen[0]).toBeGreaterThanOrEqual(3);
    expect(seen).toEqual([seen[0], seen[0], seen[0], seen[0]]);
    expect(server.requests.flatMap(({ violations }) => violations)).toEqual([]);
    expect(JSON.stringify(server.requests[3]?.body)).toContain('Who are you?');
  },
);
