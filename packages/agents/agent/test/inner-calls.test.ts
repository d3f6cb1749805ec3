import { setTimeout as delay } from 'node:timers/promises';
import type { JsonValue, ToolCallPart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import {
  agentTool,
  defineVendorTool,
  runTool,
  suspend,
  type AgentOptions,
  type RunResult,
  type RunState,
  type Tool,
  type ToolContext,
} from '../src/index.ts';
import { scripted, stored } from './support/scripted.ts';
import { plain, weather } from './support/tools.ts';
import { cost, usage } from './support/usage.ts';
import { calls, read, resultTexts, world } from './support/world.ts';

/** Returns a tool that makes calls of `inner`, and returns their values and errors. */
const program = (inner: readonly Tool[], run: (call: ToolContext['call']) => Promise<unknown>): Tool =>
  plain('program', async (_args, context) => (await run(context.call)) as JsonValue, { inner });

/** Returns the value of a call, or its error as text that starts with `!`. */
const settled = (value: Promise<JsonValue>): Promise<JsonValue> =>
  value.catch((error: unknown) => `!${(error as Error).message}`);

/** Runs an agent whose model calls the tool `program` once. */
async function runProgram(tool: Tool, options: Partial<AgentOptions> = {}): Promise<RunResult> {
  const { agent } = world([calls(['p', 'program']), 'Done.'], { ...options, tools: [tool] });
  return agent.run('go');
}

const resultOf = ({ messages }: RunResult): unknown => JSON.parse(resultTexts(messages)[0] ?? '');

describe('a call that a tool makes', () => {
  it('runs in parallel with others, and has the id and the key of its number', async () => {
    let running = 0;
    let most = 0;
    const look = plain('look', async ({ n }: { n: number }, { callId, key }) => {
      most = Math.max(most, ++running);
      await delay(1);
      running--;
      return { n, callId, key: key.split('/').slice(1).join('/') };
    });
    const tool = program([look], (run) =>
      Promise.all(Array.from({ length: 20 }, (_, n) => run('look', { n }))),
    );
    const found = resultOf(await runProgram(tool)) as { readonly n: number }[];
    expect(most).toBe(20);
    expect(found.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(found[19]).toEqual({ n: 19, callId: 'p/20', key: '1/p/20' });
  });

  it('resolves with the complete JSON of the output', async () => {
    const outputs: Readonly<Record<string, unknown>> = {
      text: 'x'.repeat(200),
      rows: [{ a: 1 }, { a: [2, null] }],
      number: 3,
      nothing: undefined,
      parts: [{ type: 'text', text: 'a' }],
      list: ['a', 'b'],
      empty: [],
    };
    const inner = Object.entries(outputs).map(([name, output]) =>
      plain(name, () => output as string, { maxResultChars: 10 }),
    );
    const tool = program(inner, (run) => Promise.all(Object.keys(outputs).map((name) => run(name, {}))));
    expect(resultOf(await runProgram(tool))).toEqual([
      'x'.repeat(200),
      [{ a: 1 }, { a: [2, null] }],
      3,
      null,
      'a',
      ['a', 'b'],
      [],
    ]);
  });

  it('rejects with the text of the error result', async () => {
    const inner = [
      weather,
      plain('fails', () => Promise.reject(new Error('no entry'))),
      plain('late', () => new Promise(() => undefined), { timeoutMs: 1 }),
      plain('asks', () => 'x', { approval: ({ of: whom }) => whom === 'boss' }),
      plain('pays', () => 'x', { effect: 'once' }),
      plain('waits', () => suspend()),
      plain('draws', () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)),
      plain('nests', (_args, context) => context.call('fails', {})),
    ];
    const tool = program(inner, (run) =>
      Promise.all([
        settled(run('weather', { city: 1 })),
        settled(run('fails', {})),
        settled(run('late', {})),
        settled(run('asks', { of: 'boss' })),
        settled(run('asks', {})),
        settled(run('pays', {})),
        settled(run('waits', {})),
        settled(run('draws', {})),
        settled(run('nests', {})),
        settled(run('nope', {})),
      ]),
    );
    expect(resultOf(await runProgram(tool))).toMatchInlineSnapshot(`
      [
        "!Invalid arguments: city: Invalid input: expected string, received number",
        "!The tool failed: no entry",
        "!The tool failed: the tool did not return within 1 ms",
        "!asks requires approval; call it directly",
        "x",
        "!pays has the effect "once"; call it directly",
        "!waits waits for a decision; call it directly",
        "!draws returned an image or a document, which another tool cannot receive",
        "!The tool failed: "nests" was called by a tool, so it cannot call tools",
        "!There is no tool "nope". There are: weather, fails, late, asks, pays, waits, draws, nests.",
      ]
    `);
  });

  it('does not run a vendor tool of the agent, which only a call of the vendor reaches', async () => {
    let runs = 0;
    const shell = defineVendorTool({ kind: 'shell', run: () => String(++runs) });
    const tool = program([], (run) => settled(run('vendor:shell', { commands: ['ls'] })));
    const { agent } = world([calls(['p', 'program']), 'Done.'], { tools: [tool, shell] });
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '!There is no tool "vendor:shell". There are: none.',
    ]);
    expect(runs).toBe(0);
  });

  it('emits events with the id of the calling tool, which are no part of the step', async () => {
    const tool = program([weather], (run) => run('weather', { city: 'Rome' }));
    const { agent } = world([calls(['p', 'program']), 'Done.'], { tools: [tool] });
    const seen: string[] = [];
    const watch = ({ call: { id }, parentId }: { call: ToolCallPart; parentId?: string | undefined }) =>
      void seen.push(`${id} in ${parentId ?? 'the model'}`);
    const results: number[] = [];
    const events = await read(
      agent.stream('go', {
        onToolStart: watch,
        onToolEnd: watch,
        onStep: ({ results: { length } }) => void results.push(length),
      }),
    );
    expect(seen).toEqual(['p in the model', 'p/1 in p', 'p/1 in p', 'p in the model']);
    expect(results).toEqual([1, 0]);
    expect(
      events.flatMap((event) =>
        event.type === 'tool-start' || event.type === 'tool-end' ? [[event.type, event.parentId]] : [],
      ),
    ).toEqual([
      ['tool-start', undefined],
      ['tool-start', 'p'],
      ['tool-end', 'p'],
      ['tool-end', undefined],
    ]);
  });

  it('is inside `around`', async () => {
    const around: string[] = [];
    const tool = program([weather], (run) => run('weather', { city: 'Rome' }));
    await runProgram(tool, {
      around: (work, run) => {
        if (work.type === 'tool') around.push(work.call.id);
        return run();
      },
    });
    expect(around).toEqual(['p', 'p/1']);
  });

  it('can name a tool of the agent', async () => {
    const tool = program([], (run) => run('weather', { city: 'Rome' }));
    const { agent } = world([calls(['p', 'program']), 'Done.'], { tools: [tool, weather] });
    expect(resultTexts((await agent.run('go')).messages)).toEqual(['sunny in Rome']);
  });
});

describe('limits of calls that tools make', () => {
  const LIMIT = '!Not run: "look" may be called at most 3 times in a run.';
  const look = plain('look', () => 'seen', { maxCalls: 3 });
  const twice = program([look], (run) => Promise.all([settled(run('look', {})), settled(run('look', {}))]));

  it.each([false, true])('count all programs of a run, parallel: %s', async (parallelTools) => {
    const { agent } = world([calls(['a', 'program'], ['b', 'program']), 'Done.'], {
      tools: [twice],
      parallelTools,
    });
    const { messages, state } = await agent.run('go');
    expect(resultTexts(messages).map((text) => JSON.parse(text) as unknown)).toEqual([
      ['seen', 'seen'],
      ['seen', LIMIT],
    ]);
    expect(state.innerCalls).toEqual({ look: 4 });
  });

  it('count a tool with the name of a member of every object', async () => {
    const tool = program([plain('constructor', () => 'seen')], (run) => run('constructor', {}));
    const { agent } = world([calls(['a', 'program'], ['b', 'program']), 'Done.'], { tools: [tool] });
    expect((await agent.run('go')).state.innerCalls).toEqual({ constructor: 2 });
  });

  it('count after their tool has suspended', async () => {
    const look = plain('look', () => 'x', { maxCalls: 1 });
    const tool = program([look], async (run) => {
      await run('look', {});
      return suspend();
    });
    const { agent } = world([calls(['p', 'program']), calls(['l', 'look']), 'Done.'], {
      tools: [tool, look],
    });
    const { state } = await agent.run('go');
    const { messages } = await agent.run(stored(state), { decisions: [{ callId: 'p', result: 'found' }] });
    expect(resultTexts(messages)).toEqual([
      'found',
      '!Not run: "look" may be called at most 1 times in a run.',
    ]);
  });

  it('count after their tool waits for its sub-agent', async () => {
    const pay = plain('pay', () => 'paid', { approval: true });
    const { agent } = scripted([calls(['p', 'pay'])], { tools: [pay] });
    const helper = agentTool({ name: 'helper', description: 'Helps', agent });
    const run: Tool['run'] = async (args, context) => {
      await context.call('look', {});
      return helper.run(args, context);
    };
    const turn = { toolCalls: [{ name: 'helper', args: { task: 'pay' } }] };
    const { state } = await scripted([turn], { tools: [{ ...helper, run, inner: [look] }] }).agent.run('go');
    expect([Object.keys(state.runs ?? {}), state.innerCalls]).toEqual([[expect.any(String)], { look: 1 }]);
  });

  it('continue in another process', async () => {
    const ask = plain('ask', () => suspend());
    const turns = [calls(['a', 'program'], ['q', 'ask']), calls(['b', 'program']), 'Done.'];
    const options = { tools: [twice, ask] };
    const { state } = await scripted(turns, options).agent.run('go');
    const decisions = [{ callId: 'q', result: 'yes' }];
    const { messages } = await scripted(turns, options).agent.run(stored(state), { decisions });
    expect(JSON.parse(resultTexts(messages)[2] ?? '')).toEqual(['seen', LIMIT]);
    const invalid = { ...stored(state), innerCalls: 3 } as unknown as RunState;
    await expect(scripted(turns, options).agent.run(invalid, { decisions })).rejects.toThrow('innerCalls');
  });

  it('apply `concurrency` of the tool', async () => {
    let running = 0;
    let most = 0;
    const slow = plain(
      'slow',
      async () => {
        most = Math.max(most, ++running);
        await delay(1);
        running--;
      },
      { concurrency: 2 },
    );
    await runProgram(program([slow], (run) => Promise.all(Array.from({ length: 6 }, () => run('slow', {})))));
    expect(most).toBe(2);
  });

  it('are checked before the run', () => {
    const tool = program([plain('look', () => 'x', { maxCalls: -1 })], (run) => run('look', {}));
    expect(() => world([], { tools: [tool] })).toThrow('maxCalls of tool "look"');
  });
});

describe('the end of a tool', () => {
  it('aborts calls that it did not await', async () => {
    let reason: unknown;
    const slow = plain('slow', (_args, { signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return new Promise(() => undefined);
    });
    const tool = program([slow], (run) => {
      void run('slow', {});
      return delay(1, 'left');
    });
    expect(resultTexts((await runProgram(tool)).messages)).toEqual(['left']);
    expect(reason).toMatchObject({ kind: 'aborted', message: '"program" ended before its call' });
  });

  it('by an abort of the run aborts its calls', async () => {
    const controller = new AbortController();
    let isAborted = false;
    const slow = plain('slow', (_args, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      controller.abort();
      return new Promise(() => undefined);
    });
    const { agent } = world([calls(['p', 'program'])], {
      tools: [program([slow], (run) => run('slow', {}))],
    });
    await expect(agent.run('go', { signal: controller.signal })).rejects.toThrow('aborted');
    expect(isAborted).toBe(true);
  });
});

describe('model calls of an inner tool', () => {
  it('count toward the usage and the spent amounts of the run', async () => {
    const nested = world([{ text: 'Nested.', usage: usage(100) }]);
    const helper = agentTool({ name: 'helper', description: 'Helps', agent: nested.agent });
    const tool = program([helper], (run) => run('helper', { task: 'help' }));
    const turns = [
      { toolCalls: [{ id: 'p', name: 'program', args: {} }], usage: usage(10) },
      { text: 'Done.', usage: usage(20) },
    ];
    const result = await world(turns, { tools: [tool], cost }).agent.run('go');
    expect(resultTexts(result.messages)).toEqual(['Nested.']);
    expect(result.usage).toMatchObject({ input: 130, output: 3 });
    expect(result.spent).toMatchObject({ nanoUsd: String(130 * 3 + 3 * 7), tokens: 133 });
  });

  it('count in addition to the tokens that another inner tool reports', async () => {
    const nested = world([{ text: 'Nested.', usage: usage(100) }]);
    const helper = agentTool({ name: 'helper', description: 'Helps', agent: nested.agent });
    const judge = plain('judge', (_args, { spend }) => {
      spend(usage(40));
      return 'good';
    });
    const tool = program([helper, judge], async (run) => [
      await run('helper', { task: 'help' }),
      await run('judge', {}),
    ]);
    const turns = [
      { toolCalls: [{ id: 'p', name: 'program', args: {} }], usage: usage(10) },
      { text: 'Done.', usage: usage(20) },
    ];
    const result = await world(turns, { tools: [tool], budget: { maxTokens: 1000 } }).agent.run('go');
    expect(result.usage).toMatchObject({ input: 170, output: 4 });
    expect(result.spent.tokens).toBe(174);
  });
});

it('a tool outside an agent calls its inner tools', async () => {
  const tool = program([weather], (run) =>
    Promise.all([run('weather', { city: 'Rome' }), settled(run('nope', {}))]),
  );
  const outcome = await runTool({
    tool,
    call: { type: 'tool-call', id: 'c', name: 'program', args: {} },
    names: ['program'],
    context: {
      signal: new AbortController().signal,
      callId: 'c',
      key: 'k',
      context: undefined,
      options: {},
      depth: 0,
    },
    clock: { timer: () => () => undefined },
  });
  expect(outcome.content).toEqual([
    { type: 'text', text: '["sunny in Rome","!There is no tool \\"nope\\". There are: weather."]' },
  ]);
});
