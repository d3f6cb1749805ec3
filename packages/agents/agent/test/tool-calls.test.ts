import { createMajordomo, fromJson, toJson } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { EventWriter } from '@majordomo/wire-kit';
import { describe, expect, it } from 'vitest';
import { createAgent, defineVendorTool, type Agent, type RunState } from '../src/index.ts';
import { plain, weather } from './support/tools.ts';
import { call, calls, faultOf, resultTexts, world } from './support/world.ts';

/** Returns an agent whose model calls the weather tool with these arguments, and then answers "ok". */
function weatherAgent(json: string): Agent {
  let turn = 0;
  const model = () => ({
    id: 'm',
    families: [],
    capabilities: {},
    async *stream() {
      const writer = new EventWriter('b/m');
      yield turn++ === 0 ? writer.toolCall('1', { id: '1', name: 'weather', json }) : writer.text('ok');
      yield writer.finish('stop', undefined, undefined);
    },
  });
  const providers = [{ ...fakeProvider({ id: 'b', models: {} }), model }];
  return createAgent({ model: createMajordomo({ providers }).model('b/m'), tools: [weather] });
}

describe('a tool call', () => {
  it('of an unknown tool returns an error result that lists the available tools', async () => {
    const { agent } = world([call('wether', {}), 'ok'], { tools: [weather] });
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '!There is no tool "wether". There are: weather.',
    ]);
  });

  it('with the name of a vendor tool does not run the vendor tool, which only a call of the vendor reaches', async () => {
    const commands: unknown[] = [];
    const shell = defineVendorTool({ kind: 'shell', run: (action) => String(commands.push(action)) });
    for (const tools of [[weather, shell], [weather]]) {
      const turns = [{ toolCalls: [{ name: 'vendor:shell', args: { commands: ['rm -r /'] } }] }, 'ok'];
      const { agent } = world(turns, { tools, prepareStep: () => ({ tools: ['weather'] }) });
      const { text, messages } = await agent.run('go');
      expect(text).toBe('ok');
      expect(resultTexts(messages)).toEqual(['!There is no tool "vendor_shell". There are: weather.']);
    }
    expect(commands).toEqual([]);
  });

  it('with arguments that are not JSON does not run', async () => {
    const { messages } = await weatherAgent('{"city": "Os').run('go');
    expect(resultTexts(messages)).toEqual([
      '!The arguments are not a JSON object of at most 500 levels: {"city": "Os',
    ]);
  });

  it('cannot be ambiguous: two tools of one name are rejected with both owners', () => {
    const toolbox = { name: 'sky', tools: [weather] };
    expect(() => world([], { tools: [weather], toolboxes: [toolbox] })).toThrow(
      'two tools are named "weather" (the agent, toolbox "sky"); rename one',
    );
    expect(() => world([], { toolboxes: [toolbox], skills: [toolbox] })).toThrow(
      'two tools are named "weather" (toolbox "sky", skill "sky"); rename one',
    );
  });
});

it('arguments of 50,000 levels produce an error result, and the run continues', async () => {
  const json = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const { text, state, messages } = await weatherAgent(json).run('go');
  expect(text).toBe('ok');
  expect(resultTexts(messages)[0]).toMatch(
    /^!The arguments are not a JSON object of at most 500 levels: {"a":\[{195}$/,
  );
  expect(fromJson<RunState>(toJson(state)).steps).toBe(2);
});

describe('tools of one turn', () => {
  const order: string[] = [];
  const slow = plain('slow', async () => {
    order.push('slow begins');
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('slow ends');
    return 'slow';
  });
  const fast = plain('fast', () => {
    order.push('fast');
    return 'fast';
  });
  const turns = [calls(['1', 'slow'], ['2', 'fast']), 'ok'] as const;

  it('run one after another by default', async () => {
    order.length = 0;
    await world(turns, { tools: [slow, fast] }).agent.run('go');
    expect(order).toEqual(['slow begins', 'slow ends', 'fast']);
  });

  it('run in parallel with `parallelTools`, and results have the order of the calls', async () => {
    order.length = 0;
    const { messages } = await world(turns, { tools: [slow, fast], parallelTools: true }).agent.run('go');
    expect(order).toEqual(['slow begins', 'fast', 'slow ends']);
    expect(resultTexts(messages)).toEqual(['slow', 'fast']);
  });

  it('with equal ids have separate results, the second with another id', async () => {
    const { messages } = await world([calls(['1', 'fast'], ['1', 'fast']), 'ok'], {
      tools: [fast],
    }).agent.run('go');
    expect(faultOf(messages)).toBeUndefined();
    const ids = messages[2]?.parts.map((part) => 'callId' in part && part.callId) ?? [];
    expect(ids[0]).toBe('1');
    expect(new Set(ids).size).toBe(2);
  });
});
