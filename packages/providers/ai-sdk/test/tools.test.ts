import type { Majordomo } from '@majordomo/core';
import type { Step, WireServer } from '@majordomo/conformance';
import { generateText, isStepCount, streamText, tool, ToolLoopAgent } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toAISDK } from '../src/index.ts';
import { createWorld, type World } from './support/world.ts';

const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: 'rain' }),
});

/** Returns a script that reasons, calls two tools, and then answers. */
const script = (hasReasoning: boolean): Step[] => [
  {
    parts: [
      ...(hasReasoning ? [{ type: 'reasoning' as const, text: 'two cities' }] : []),
      { type: 'tool-call', id: 'call_1', name: 'weather', json: '{"city":"Paris"}', chunks: 3 },
      { type: 'tool-call', id: 'call_2', name: 'weather', json: '{"city":"Rome"}', chunks: 3 },
    ],
  },
  'it rains',
];

// Each server validates like its vendor: it rejects reasoning without its signature, or with another signature.
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

/** Returns the parts of the first answer that the second request contains. */
function returnedParts({ requests: [, second] }: WireServer): unknown {
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
    expect(returnedParts(serverOf(at))).toEqual(INTACT);
  });

  it('returns them through streamText, with streamed arguments', async () => {
    await using at = await open();
    const result = streamText(callTools(at.majordomo, spec));
    const types = new Set<string>();
    for await (const part of result.stream) types.add(part.type);
    expect(await result.text).toBe('it rains');
    expect([...types]).toEqual(expect.arrayContaining(['tool-input-delta', 'tool-call', 'tool-result']));
    expect(returnedParts(serverOf(at))).toEqual(INTACT);
  });

  it('returns them through an agent of the AI SDK', async () => {
    await using at = await open();
    const { model, tools, reasoning } = callTools(at.majordomo, spec);
    const agent = new ToolLoopAgent({ model, tools, reasoning });
    expect((await agent.generate({ prompt: 'weather?' })).text).toBe('it rains');
    expect(returnedParts(serverOf(at))).toEqual(INTACT);
  });
});

describe('a tool loop', () => {
  it('continues with another vendor without the reasoning of the first one', async () => {
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
    ['truncated', '{"city": "Par'],
    ['not an object', '["Paris"]'],
  ])('does not run a call whose arguments are %s, and sends the model an error result', async (_, json) => {
    await using at = await createWorld({
      anthropic: [{ parts: [{ type: 'tool-call', name: 'weather', json }] }, 'sorry'],
    });
    let runs = 0;
    const countingTool = tool({ inputSchema: z.object({ city: z.string() }), execute: () => ++runs });
    const result = await generateText({
      ...callTools(at.majordomo, 'anthropic/claude-haiku-4-5'),
      tools: { weather: countingTool },
      reasoning: 'none',
    });
    expect(result.text).toBe('sorry');
    expect(runs).toBe(0);
    expect(JSON.stringify(at.anthropic.requests[1]?.body)).toContain('"is_error":true');
  });

  it('does not run a call that the token limit truncated', async () => {
    await using at = await createWorld({
      openai: [{ parts: [{ type: 'tool-call', name: 'wipe', json: '' }], finish: 'length' }, 'sorry'],
    });
    let runs = 0;
    const wipe = tool({ inputSchema: z.object({}), execute: () => ++runs });
    await generateText({
      ...callTools(at.majordomo, 'openai/gpt-5.4'),
      tools: { wipe },
    });
    expect(runs).toBe(0);
  });

  it('sends the tool choice', async () => {
    const toolCallAnswer = {
      parts: [{ type: 'tool-call' as const, name: 'weather', json: '{"city":"Rome"}' }],
    };
    await using at = await createWorld({ anthropic: [toolCallAnswer, 'none'] });
    const { model, tools, prompt } = callTools(at.majordomo, 'anthropic/claude-haiku-4-5');
    await generateText({ model, tools, prompt, toolChoice: { type: 'tool', toolName: 'weather' } });
    await generateText({ model, tools, prompt, toolChoice: 'none' });
    const choices = at.anthropic.requests.map(({ body }) => (body as { tool_choice?: object }).tool_choice);
    expect(choices).toEqual([expect.objectContaining({ type: 'tool', name: 'weather' }), { type: 'none' }]);
  });
});
