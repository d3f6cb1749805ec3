import { createAgent, type Tool } from '@majordomo/agent';
import { anthropicMessages, openaiResponses, startWireServer, type Answer } from '@majordomo/conformance';
import { createMajordomo, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { expect, it } from 'vitest';

const STEPS = 60;
const MARKS = new Set(['cache_control', 'prompt_cache_breakpoint']);

interface Body {
  readonly tools: readonly unknown[];
  readonly system?: readonly unknown[];
  readonly instructions?: string;
  readonly messages?: readonly unknown[];
  readonly input?: readonly unknown[];
}

/** Returns the prompt of a request in the order in which the vendor reads it, without marks. */
function promptOf(body: unknown): string {
  const { tools, system = [], instructions = '', messages = [], input = [] } = body as Body;
  return JSON.stringify([tools, ...system, instructions, ...messages, ...input], (name, value: unknown) =>
    MARKS.has(name) ? undefined : value,
  );
}

const look: Tool = {
  name: 'look',
  description: 'Reads a file',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
  run: ({ path }) => `content of ${String(path)}`,
};

it.each<[string, typeof anthropicMessages, (baseURL: string) => Provider]>([
  ['anthropic/claude-opus-5-5', anthropicMessages, (baseURL) => createAnthropic({ apiKey: 'any', baseURL })],
  ['openai/gpt-6-sol', openaiResponses, (baseURL) => createOpenAI({ apiKey: 'any', baseURL })],
])(
  'the prompt of each agent step begins with the prompt of the preceding step on %s',
  async (spec, wire, open) => {
    let step = 0;
    const answer = (): Answer => ({
      parts: [
        step++ === STEPS - 1
          ? { type: 'text', text: 'Done.' }
          : { type: 'tool-call', name: 'look', json: `{"path":"${step}.txt"}` },
      ],
    });
    await using server = await startWireServer({ wire, script: answer });
    const model = createMajordomo({ providers: [open(server.baseURL)] }).model(spec);
    const agent = createAgent({
      model,
      instructions: 'Be brief.',
      tools: [look],
      cache: 'auto',
      maxSteps: STEPS,
    });
    expect((await agent.run('What is in a.txt?')).text).toBe('Done.');
    const prompts = server.requests.map(({ body }) => promptOf(body));
    expect(prompts).toHaveLength(STEPS);
    for (const [at, prompt] of prompts.slice(1).entries())
      expect(prompt.startsWith((prompts[at] ?? '').slice(0, -1))).toBe(true);
  },
);
