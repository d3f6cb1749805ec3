import type { Majordomo } from '@majordomo/core';
import type { Step, WireServer } from '@majordomo/conformance';
import { generateText, isStepCount, streamText, tool, ToolLoopAgent } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toAISDK } from '../src/index.ts';
import { createWorld, type World } from './support/house.ts';

const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: 'rain' }),
});

/** Script that reasons, calls two tools, and answers then. */
const script = (thought: boolean): Step[] => [
  {
    parts: [
      ...(thought ? [{ type: 'reasoning' as const, text: 'two cities' }] : []),
      { type: 'tool-call', id: 'call_1', name: 'weather', json: '{"city":"Paris"}', chunks: 3 },
      { type: 'tool-call', id: 'call_2', name: 'weather', json: '{"city":"Rome"}', chunks: 3 },
    ],
  },
  'it rains',
];

// Each server refuses what its vendor would refuse: a thought without its signature, or with another's.
const vendors: readonly (readonly [spec: string, server: (at: World) => WireServer])[] = [
  ['anthropic/claude-haiku-4-5', (at) => at.anthropic],
  ['google/gemini-3.8-flash', (at) => at.google],
  ['openai/gpt-5.4', (at) => at.openai],
];

const callTools = (majordomo: Majordomo, spec: string) =>
  ({
    model: toAISDK(majordomo)(spec),
    prompt: 'weather in Paris and Rome?',
    tools: { weather },
    reasoning: 'low',
    stopWhen: isStepCount(3),
  }) as const;

const open = (): Promise<World> =>
  createWorld({ openai: script(true), anthropic: script(true), google: script(true) });

/** Parts of the first answer in the second request. */
function cameBack({ requests: [, second] }: WireServer): unknown {
  return {
    thoughts: second?.request.reasoning.map(({ text }) => text),
    results: second?.request.toolResults.map(({ text }) => /Paris|Rome/.exec(text)?.[0]),
    violations: second?.violations,
  };
}

const INTACT = { thoughts: ['two cities'], results: ['Paris', 'Rome'], violations: [] };

describe.each(vendors)('a tool loop over %s', (spec, serverOf) => {
  it('returns the tokens of reasoning and calls through generateText', async () => {
    await using at = await open();
    const result = await generateText(callTools(at.majordomo, spec));
    expect(result.text).toBe('it rains');
    expect(result.steps).toHaveLength(2);
    expect(cameBack(serverOf(at))).toEqual(INTACT);
  });

  it('returns them through streamText, with streamed arguments', async () => {
    await using at = await open();
    const result = streamText(callTools(at.majordomo, spec));
    const types = new Set<string>();
    for await (const part of result.stream) types.add(part.type);
    expect(await result.text).toBe('it rains');
    expect([...types]).toEqual(expect.arrayContaining(['tool-input-delta', 'tool-call', 'tool-result']));
    expect(cameBack(serverOf(at))).toEqual(INTACT);
  });

  it('returns them through an agent of the AI SDK', async () => {
    await using at = await open();
    const { model, tools, reasoning } = callTools(at.majordomo, spec);
    const agent = new ToolLoopAgent({ model, tools, reasoning });
    expect((await agent.generate({ prompt: 'weather?' })).text).toBe('it rains');
    expect(cameBack(serverOf(at))).toEqual(INTACT);
  });
});

describe('a tool loop', () => {
  it('continues with another vendor, without reasoning that it cannot read', async () => {
    await using at = await createWorld({
      anthropic: [...script(true).slice(0, 1), { failure: 'overloaded' }],
      openai: ['it rains'],
    });
    const result = await generateText(callTools(at.majordomo, 'anthropic/claude-haiku-4-5,openai/gpt-5.4'));
    expect(result.text).toBe('it rains');
    expect(at.openai.requests[0]?.violations).toEqual([]);
    expect(at.openai.requests[0]?.request.toolResults).toHaveLength(2);
  });

  it.each([
    ['cut off', '{"city": "Par'],
    ['no object', '["Paris"]'],
  ])('never runs a call whose arguments are %s, and tells the model', async (_, json) => {
    await using at = await createWorld({
      anthropic: [{ parts: [{ type: 'tool-call', name: 'weather', json }] }, 'sorry'],
    });
    let ran = 0;
    const counted = tool({ inputSchema: z.object({ city: z.string() }), execute: () => ++ran });
    const result = await generateText({
      ...callTools(at.majordomo, 'anthropic/claude-haiku-4-5'),
      tools: { weather: counted },
      reasoning: 'none',
    });
    expect(result.text).toBe('sorry');
    expect(ran).toBe(0);
    expect(JSON.stringify(at.anthropic.requests[1]?.body)).toContain('"is_error":true');
  });

  it('never runs a call that was cut by the token limit', async () => {
    await using at = await createWorld({
      openai: [{ parts: [{ type: 'tool-call', name: 'wipe', json: '' }], finish: 'length' }, 'sorry'],
    });
    let ran = 0;
    const wipe = tool({ inputSchema: z.object({}), execute: () => ++ran });
    await generateText({
      ...callTools(at.majordomo, 'openai/gpt-5.4'),
      tools: { wipe },
    });
    expect(ran).toBe(0);
  });

  it('respects the choice of a tool', async () => {
    const called = { parts: [{ type: 'tool-call' as const, name: 'weather', json: '{"city":"Rome"}' }] };
    await using at = await createWorld({ anthropic: [called, 'none'] });
    const { model, tools, prompt } = callTools(at.majordomo, 'anthropic/claude-haiku-4-5');
    await generateText({ model, tools, prompt, toolChoice: { type: 'tool', toolName: 'weather' } });
    await generateText({ model, tools, prompt, toolChoice: 'none' });
    const choices = at.anthropic.requests.map(({ body }) => (body as { tool_choice?: object }).tool_choice);
    expect(choices).toEqual([expect.objectContaining({ type: 'tool', name: 'weather' }), { type: 'none' }]);
  });
});
