import { assistant, createMajordomo, image, user } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createAgent, defineTool, RunError, type Tool } from '../src/index.ts';
import { call, calls, faultOf, resultTexts, runError, world } from './support/world.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `sunny in ${city}`,
});
const plain = (name: string, run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run,
  ...more,
});

describe('a run', () => {
  it('asks, runs the tools, and ends with the answer', async () => {
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'It is sunny.'], {
      tools: [weather],
      instructions: 'Be brief.',
    });
    const result = await agent.run('Oslo?');
    expect(result.text).toBe('It is sunny.');
    expect([result.done, result.state.steps, result.awaiting]).toEqual(['answered', 2, []]);
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(resultTexts(result.messages)).toEqual(['sunny in Oslo']);
    expect(requests[1]?.request).toMatchObject({ system: 'Be brief.', tools: [{ name: 'weather' }] });
  });

  it('continues from the messages of the one before', async () => {
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'Sunny.', 'You are welcome.'], {
      tools: [weather],
    });
    const first = await agent.run('Oslo?');
    const second = await agent.run([...first.messages, user('Thanks!')]);
    expect(second.text).toBe('You are welcome.');
    expect(requests[2]?.request.messages).toHaveLength(5);
  });

  it('sums the usage of its steps, and leaves unknown what nobody reported', async () => {
    const usage = { input: 10, output: 3, cacheRead: 2, cacheWrite: undefined, reasoning: undefined };
    const { agent } = world(
      [
        { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], usage },
        { text: 'Sunny.', usage },
      ],
      { tools: [weather] },
    );
    expect((await agent.run('Oslo?')).usage).toEqual({
      input: 20,
      output: 6,
      cacheRead: 4,
      cacheWrite: undefined,
      reasoning: undefined,
    });
  });

  it('stops at ten steps unless told otherwise, with every call answered', async () => {
    const { agent } = world(
      Array.from({ length: 11 }, () => call('weather', { city: 'Oslo' })),
      { tools: [weather] },
    );
    const result = await agent.run('Oslo?');
    expect([result.done, result.state.steps]).toEqual(['max-steps', 10]);
    expect(faultOf(result.messages)).toBeUndefined();
  });

  it('asks a function for its steps before each of them', async () => {
    const usage = {
      input: 100,
      output: 1,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
    };
    const turns = Array.from({ length: 9 }, () => ({
      toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }],
      usage,
    }));
    const { agent } = world(turns, {
      tools: [weather],
      maxSteps: (state) => ((state.usage.input ?? 0) < 250 ? 10 : 0),
    });
    expect((await agent.run('Oslo?')).state.steps).toBe(3);
  });

  it('has a last turn for words when the agent wants one', async () => {
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'So far: sunny.'], {
      tools: [weather],
      maxSteps: 1,
      closingTurn: true,
    });
    const result = await agent.run('Oslo?');
    expect([result.text, result.done]).toEqual(['So far: sunny.', 'max-steps']);
    expect(requests.map(({ request }) => request.toolChoice)).toEqual([undefined, 'none']);
  });

  it('answers calls of the last turn that was for words', async () => {
    const { agent } = world([call('weather', { city: 'Oslo' }), call('weather', { city: 'Bergen' })], {
      tools: [weather],
      maxSteps: 1,
      closingTurn: true,
    });
    const { messages } = await agent.run('Oslo?');
    expect(resultTexts(messages)).toEqual(['sunny in Oslo', '!Not run: the run is out of steps.']);
  });

  it('goes on after a turn that the vendor paused', async () => {
    const { agent } = world([{ text: 'Searching …', finish: 'incomplete' }, 'Found.']);
    const result = await agent.run('Find it');
    expect([result.text, result.state.steps]).toEqual(['Found.', 2]);
  });

  it.each([
    ['length', 'truncated', '!Not run: the turn was cut before its end.'],
    ['refusal', 'refused', '!Not run: the model refused in the same turn.'],
    ['content-filter', 'refused', '!Not run: the model refused in the same turn.'],
  ] as const)('that ends with %s is a result, and its calls do not run', async (finish, done, result) => {
    const { agent } = world(
      [{ text: 'Well', toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], finish }],
      { tools: [weather] },
    );
    const ended = await agent.run('Oslo?');
    expect([ended.done, ended.text, resultTexts(ended.messages)]).toEqual([done, 'Well', [result]]);
  });

  it('of a state that is done gives its result again', async () => {
    const { agent } = world(['Hi.']);
    const result = await agent.run('Hello');
    expect(await agent.run(result.state)).toEqual(result);
  });

  it('refuses a state of another version', async () => {
    const { agent } = world([]);
    await expect(agent.run({ ...agent.begin('hi'), version: 2 } as never)).rejects.toMatchObject({
      kind: 'config',
    });
  });
});

describe('a model error', () => {
  it('is a RunError with the state so far, from which the run can go on', async () => {
    const { agent } = world([call('weather', { city: 'Oslo' }), { fail: 'auth' }, 'Sunny.'], {
      tools: [weather],
    });
    const error = await runError(agent.run('Oslo?'));
    expect([error.cause.kind, error.message]).toEqual([
      'auth',
      expect.stringContaining('the run ended in step 2: '),
    ]);
    expect([error.state.steps, error.state.done, faultOf(error.state.messages)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    expect((await agent.run(error.state)).text).toBe('Sunny.');
  });

  it('is told apart across copies of the package', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('majordomo.RunError')]: true });
    expect([RunError.is(foreign), RunError.is(new Error('x'))]).toEqual([true, false]);
  });
});

describe('a tool', () => {
  const outcomeOf = async (tool: Tool, args: Record<string, string | number> = {}) => {
    const { agent } = world([call(tool.name, args), 'ok'], { tools: [tool] });
    return (await agent.run('go')).messages[2];
  };

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      '!The tool failed: boom',
    ],
    ['rejects', () => Promise.reject(new Error('boom')), '!The tool failed: boom'],
    [
      'returns what is no JSON',
      () => {
        const a: Record<string, unknown> = {};
        a['a'] = a;
        return a;
      },
      expect.stringContaining('!The tool failed: Converting circular'),
    ],
    ['returns a function', () => () => 1, '!The tool failed: the tool returned a function, which is no JSON'],
    ['returns JSON', () => ({ a: [1] }), '{"a":[1]}'],
    ['returns a list', () => [1, 2], '[1,2]'],
    ['returns an empty list', () => [], '[]'],
    ['returns nothing', () => undefined as never, 'done'],
    [
      'returns text parts',
      () => [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'a,b',
    ],
  ] as const)('that %s gives one result', async (_how, run, text) => {
    expect(resultTexts([await outcomeOf(plain('t', run))] as never)).toEqual([text]);
  });

  it('may return images', async () => {
    const picture = image(new Uint8Array([1, 2]));
    expect(await outcomeOf(plain('t', () => [{ type: 'text', text: 'look' }, picture]))).toEqual({
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_1_0',
          name: 't',
          content: [{ type: 'text', text: 'look' }, picture],
        },
      ],
    });
  });

  it('that never ends is given up after its time, and its signal aborts', async () => {
    let told: unknown;
    const stuck = plain(
      'stuck',
      (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (told = signal.reason));
        }),
      { timeoutMs: 5 },
    );
    expect(resultTexts([await outcomeOf(stuck)] as never)).toEqual([
      '!The tool failed: it did not answer within 5 ms',
    ]);
    expect(told).toBeInstanceOf(Error);
  });

  it('gets its arguments checked and typed, and is not called with others', async () => {
    let runs = 0;
    const tool = defineTool({
      name: 't',
      description: 't',
      parameters: z.object({ at: z.object({ n: z.coerce.number() }) }),
      run: ({ at }) => {
        runs++;
        return `${at.n + 1}`;
      },
    });
    const { agent } = world(
      [
        {
          toolCalls: [
            { name: 't', args: { at: { n: '1' } } },
            { name: 't', args: { at: { n: 'x' } } },
          ],
        },
        'ok',
      ],
      { tools: [tool] },
    );
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '2',
      expect.stringMatching(/^!Invalid arguments: at\.n: /),
    ]);
    expect(runs).toBe(1);
  });

  it('with JSON Schema gets its arguments checked as well', async () => {
    const tool = defineTool({
      name: 't',
      description: 't',
      parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      run: ({ n }) => String(n),
    });
    expect(resultTexts([await outcomeOf(tool, { n: 1 })] as never)).toEqual(['1']);
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual(['!Invalid arguments: n: is required']);
  });

  it('with a long result is cut, and the cut is marked', async () => {
    const tool = plain(
      't',
      () => [
        { type: 'text', text: 'abcd' },
        { type: 'text', text: 'efgh' },
        { type: 'text', text: 'ijkl' },
      ],
      { maxResultChars: 6 },
    );
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual([
      'abcd,ef\n[cut: the result had 12 characters, 6 are left out]',
    ]);
  });

  it('is told its call, its key and the context of the run', async () => {
    let seen: unknown;
    const tool = plain('t', (_args, { callId, key, context, depth }) => {
      seen = { callId, key, context, depth };
      return '';
    });
    const { agent } = world([calls(['c1', 't']), 'ok'], { tools: [tool] });
    await agent.run('go', { context: { user: 7 }, runId: 'r' });
    expect(seen).toEqual({ callId: 'c1', key: 'r/1/c1', context: { user: 7 }, depth: 0 });
  });

  it('that the model made up gives an error result that names the others', async () => {
    const { agent } = world([call('wether', {}), 'ok'], { tools: [weather] });
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '!There is no tool "wether". There are: weather.',
    ]);
  });

  it('is not called with arguments that are no JSON', async () => {
    const model = createMajordomo({ providers: [brokenCaller] }).model('b/m');
    const { messages } = await createAgent({ model, tools: [weather] }).run('go');
    expect(resultTexts(messages)).toEqual(['!The arguments are not a JSON object: {"city": "Os']);
  });

  it('is told by name with its two owners when it is twice there', () => {
    const toolbox = { name: 'sky', tools: [weather] };
    expect(() => world([], { tools: [weather], toolboxes: [toolbox] })).toThrow(
      'tool "weather" is twice there: in the agent and in toolbox "sky"',
    );
    expect(() => world([], { toolboxes: [toolbox], skills: [toolbox] })).toThrow(
      'tool "weather" is twice there: in toolbox "sky" and in skill "sky"',
    );
  });
});

const brokenCaller = {
  ...fakeProvider({ id: 'b', models: {} }),
  model: () => {
    let turn = 0;
    return {
      id: 'm',
      families: [],
      capabilities: {},
      async *stream() {
        yield { type: 'start', target: 'b/m', id: undefined } as const;
        const invalid = { raw: '{"city": "Os' };
        const part =
          turn++ === 0
            ? ({ type: 'tool-call', id: '1', name: 'weather', args: {}, invalid } as const)
            : ({ type: 'text', text: 'ok' } as const);
        yield { type: 'part-start', index: 0, part } as const;
        yield { type: 'part-end', index: 0, part } as const;
        yield { type: 'finish', target: 'b/m', reason: 'stop', raw: undefined, usage: undefined } as const;
      },
    };
  },
};

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

  it('run one after the other', async () => {
    order.length = 0;
    await world(turns, { tools: [slow, fast] }).agent.run('go');
    expect(order).toEqual(['slow begins', 'slow ends', 'fast']);
  });

  it('run side by side when the agent says so, with results in call order', async () => {
    order.length = 0;
    const { messages } = await world(turns, { tools: [slow, fast], parallelTools: true }).agent.run('go');
    expect(order).toEqual(['slow begins', 'fast', 'slow ends']);
    expect(resultTexts(messages)).toEqual(['slow', 'fast']);
  });

  it('with one id get results of their own', async () => {
    const { messages } = await world([calls(['1', 'fast'], ['1', 'fast']), 'ok'], {
      tools: [fast],
    }).agent.run('go');
    expect(faultOf(messages)).toBeUndefined();
    expect(messages[2]?.parts.map((part) => 'callId' in part && part.callId)).toEqual(['1', '1_2']);
  });
});

describe('the text of an answer', () => {
  it.each([
    [
      'The capital of Norway is Oslo, by the fjord.',
      'Already answered above.',
      'The capital of Norway is Oslo, by the fjord.',
    ],
    [
      'The capital of Norway is Oslo, by the fjord.',
      "I've already provided the answer in my previous message.",
      'The capital of Norway is Oslo, by the fjord.',
    ],
    ['I will count to it for you now.', '42', '42'],
    ['Let me look that up for you now.', 'As mentioned above, Oslo.', 'As mentioned above, Oslo.'],
    ['Let me look that up for you now.', 'Before 1925 it was Kristiania.', 'Before 1925 it was Kristiania.'],
  ])('%j then %j is %j', async (early, last, text) => {
    const { agent } = world([call('t', {}, early), last], { tools: [plain('t', () => 'x')] });
    expect((await agent.run('go')).text).toBe(text);
  });

  it('is the early one when the last turn is empty, which is no error then', async () => {
    const { agent } = world([call('t', {}, 'Oslo.'), { text: '' }], { tools: [plain('t', () => 'x')] });
    const result = await agent.run('go');
    expect([result.text, result.done, faultOf(result.messages)]).toEqual(['Oslo.', 'answered', undefined]);
    expect(result.state.warnings).toEqual([
      { action: 'repaired', what: 'answer', why: 'the last turn was empty: an earlier text is the answer' },
    ]);
  });

  it('never comes from a question before', async () => {
    const { agent } = world(['See above.']);
    expect(
      (await agent.run([user('a?'), assistant('A long answer to another question.'), user('b?')])).text,
    ).toBe('See above.');
  });

  it('is missing, and an error, when no turn had one', async () => {
    const { agent } = world([call('t'), { text: '' }], { tools: [plain('t', () => 'x')] });
    expect((await runError(agent.run('go'))).cause.message).toContain('no content');
  });
});

describe('loop limits', () => {
  const same = plain('same', () => 'as before');
  const bad = plain('bad', () => {
    throw new Error('no');
  });

  it('stop a run whose every call fails', async () => {
    const turns = [call('same'), ...Array.from({ length: 9 }, () => call('bad'))];
    const result = await world(turns, { tools: [same, bad], loopLimits: { errorSteps: 3 } }).agent.run('go');
    expect([result.done, result.state.steps]).toEqual(['tool-loop', 4]);
  });

  it('stop a run that repeats itself, whatever the order of the arguments', async () => {
    const turns = Array.from({ length: 9 }, (_, n) =>
      call('same', n % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 }),
    );
    const result = await world(turns, { tools: [same], loopLimits: { repeats: 3 } }).agent.run('go');
    expect([result.done, result.state.steps]).toEqual(['tool-loop', 3]);
  });

  it('stop a run that goes back and forth', async () => {
    const turns = Array.from({ length: 9 }, (_, n) => call('same', { a: n % 2 }));
    expect(
      (await world(turns, { tools: [same], loopLimits: { repeats: 3 } }).agent.run('go')).state.steps,
    ).toBe(5);
  });

  it('leave a run alone that polls and learns', async () => {
    let polled = 0;
    const poll = plain('poll', () => `${++polled} %`);
    const turns = [...Array.from({ length: 6 }, () => call('poll')), 'done'];
    expect(
      (await world(turns, { tools: [poll], loopLimits: { repeats: 3, errorSteps: 2 } }).agent.run('go')).done,
    ).toBe('answered');
  });
});
