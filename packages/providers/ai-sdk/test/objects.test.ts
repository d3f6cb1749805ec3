import { generateText, isStepCount, Output, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toAISDK } from '../src/index.ts';
import { createWorld } from './support/world.ts';

const schema = z.object({ city: z.string(), nick: z.string().optional(), n: z.number() });
const json = '{"city":"Paris","nick":null,"n":2}';

describe('Output.object', () => {
  it('sends the schema and returns the value without the nulls of a strict vendor', async () => {
    await using at = await createWorld({ openai: [json] });
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    const { output } = await generateText({ model, prompt: 'x', output: Output.object({ schema }) });
    expect(output).toEqual({ city: 'Paris', n: 2 });
    expect(at.openai.requests[0]?.request.output).toBeDefined();
  });

  it('is streamed in several chunks', async () => {
    await using at = await createWorld({
      openai: [{ text: '{"city":"Paris","nick":"P","n":2}', chunks: 4 }],
    });
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    const result = streamText({ model, prompt: 'x', output: Output.object({ schema }) });
    const partials: unknown[] = [];
    for await (const partial of result.partialOutputStream) partials.push(partial);
    expect(partials.length).toBeGreaterThan(1);
    expect(partials[0]).toEqual({});
    expect(await result.output).toEqual({ city: 'Paris', nick: 'P', n: 2 });
  });

  it.each(['openai/gpt-5.4', 'anthropic/claude-haiku-4-5'])(
    'is sent together with tools to %s',
    async (spec) => {
      const steps = [
        { parts: [{ type: 'tool-call' as const, id: 'c1', name: 'now', json: '{}' }] },
        '{"city":"Paris","nick":"P","n":2}',
      ];
      await using at = await createWorld({ openai: steps, anthropic: steps });
      const { output } = await generateText({
        model: toAISDK(at.majordomo)(spec),
        prompt: 'x',
        tools: { now: tool({ inputSchema: z.object({}), execute: () => 'noon' }) },
        stopWhen: isStepCount(3),
        output: Output.object({ schema }),
      });
      expect(output).toEqual({ city: 'Paris', nick: 'P', n: 2 });
      const { requests } = spec.startsWith('openai') ? at.openai : at.anthropic;
      expect(requests.map(({ request }) => request.output !== undefined)).toEqual([true, true]);
    },
  );

  it('requests any JSON without a schema', async () => {
    await using at = await createWorld({ openai: ['{"a":1}'] });
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    const { output } = await generateText({ model, prompt: 'x', output: Output.json() });
    expect(output).toEqual({ a: 1 });
    expect(JSON.stringify(at.openai.requests[0]?.body)).toContain('"json_object"');
  });
});
