import { createMajordomo, user } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createAgent, RunError } from '../src/index.ts';
import { usage } from './support/usage.ts';
import { plain, weather } from './support/tools.ts';
import { call, faultOf, resultTexts, runError, world } from './support/world.ts';

describe('a run', () => {
  it('calls the model, runs the tools, and ends with the answer', async () => {
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

  it('sends the settings of the agent with each request', async () => {
    const settings = {
      toolChoice: 'required',
      maxTokens: 50,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      stop: ['END'],
      seed: 7,
      reasoning: 'low',
      verbosity: 'low',
      endUser: 'user-1',
      serviceTier: 'default',
    } as const;
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'Sunny.'], {
      tools: [weather],
      ...settings,
    });
    await agent.run('Oslo?');
    for (const { request } of requests) expect(request).toMatchObject(settings);
  });

  it('continues from the messages of the previous run', async () => {
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'Sunny.', 'You are welcome.'], {
      tools: [weather],
    });
    const first = await agent.run('Oslo?');
    const second = await agent.run([...first.messages, user('Thanks!')]);
    expect(second.text).toBe('You are welcome.');
    expect(requests[2]?.request.messages).toHaveLength(5);
  });

  it('sums the usage of its steps, and unreported values stay undefined', async () => {
    const stepUsage = { ...usage(10, 3), cacheRead: 2 };
    const { agent } = world(
      [
        { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], usage: stepUsage },
        { text: 'Sunny.', usage: stepUsage },
      ],
      { tools: [weather] },
    );
    expect((await agent.run('Oslo?')).usage).toEqual({ ...usage(20, 6), cacheRead: 4 });
  });

  it('sums every usage detail of its steps, including stage durations', async () => {
    const usageOf = (queue: number) => ({
      ...usage(1),
      details: { stageMs: { queue }, serverTools: { search: 1 }, reportedNanoUsd: '7' },
    });
    const { agent } = world(
      [
        { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], usage: usageOf(5) },
        { text: 'Sunny.', usage: usageOf(6) },
      ],
      { tools: [weather] },
    );
    expect((await agent.run('Oslo?')).usage.details).toEqual({
      stageMs: { queue: 11 },
      serverTools: { search: 2 },
      reportedNanoUsd: '14',
    });
  });

  it('returns the targets that answered, and every attempt', async () => {
    const first = fakeProvider({ id: 'a', models: { m: [{ fail: 'network' }, 'Sunny.'] } });
    const second = fakeProvider({ id: 'b', models: { m: [call('weather', { city: 'Oslo' })] } });
    const model = createMajordomo({ providers: [first, second], chain: { attempts: 1 } }).model('a/m,b/m');
    const { targets, attempts } = await createAgent({ model, tools: [weather] }).run('Oslo?');
    expect(targets).toEqual(['b/m', 'a/m']);
    expect(attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/m failed',
      'b/m finished',
      'a/m finished',
    ]);
  });

  it('stops after ten steps by default, with a result for every call', async () => {
    const { agent } = world(
      Array.from({ length: 11 }, () => call('weather', { city: 'Oslo' })),
      { tools: [weather] },
    );
    const result = await agent.run('Oslo?');
    expect([result.done, result.state.steps]).toEqual(['max-steps', 10]);
    expect(faultOf(result.messages)).toBeUndefined();
  });

  it('calls a maxSteps function before each step', async () => {
    const turn = { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], usage: usage(100) };
    const turns = Array.from({ length: 9 }, () => turn);
    const { agent } = world(turns, {
      tools: [weather],
      maxSteps: (state) => ((state.usage.input ?? 0) < 250 ? 10 : 0),
    });
    expect((await agent.run('Oslo?')).state.steps).toBe(3);
  });

  it('ends with a text-only turn if closingTurn is set', async () => {
    const { agent, requests } = world([call('weather', { city: 'Oslo' }), 'So far: sunny.'], {
      tools: [weather],
      maxSteps: 1,
      closingTurn: true,
    });
    const result = await agent.run('Oslo?');
    expect([result.text, result.done]).toEqual(['So far: sunny.', 'max-steps']);
    expect(requests.map(({ request }) => request.toolChoice)).toEqual([undefined, 'none']);
  });

  it('adds an error result for calls of the closing turn', async () => {
    const { agent } = world([call('weather', { city: 'Oslo' }), call('weather', { city: 'Bergen' })], {
      tools: [weather],
      maxSteps: 1,
      closingTurn: true,
    });
    const { messages } = await agent.run('Oslo?');
    expect(resultTexts(messages)).toEqual(['sunny in Oslo', '!Not run: the run is out of steps.']);
  });

  it('continues after a turn that the vendor paused', async () => {
    const { agent } = world([{ text: 'Searching …', finish: 'incomplete' }, 'Found.']);
    const result = await agent.run('Find it');
    expect([result.text, result.state.steps]).toEqual(['Found.', 2]);
  });

  it.each([
    ['length', 'truncated', '!Not run: the turn was cut before its end.'],
    ['refusal', 'refused', '!Not run: the model refused in the same turn.'],
    ['content-filter', 'refused', '!Not run: the model refused in the same turn.'],
  ] as const)(
    'whose last turn ends with %s resolves, and the calls of that turn do not run',
    async (finish, done, result) => {
      const { agent } = world(
        [{ text: 'Well', toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], finish }],
        { tools: [weather] },
      );
      const runResult = await agent.run('Oslo?');
      expect([runResult.done, runResult.text, resultTexts(runResult.messages)]).toEqual([
        done,
        'Well',
        [result],
      ]);
    },
  );

  it('of a completed state returns the same result', async () => {
    const { agent } = world(['Hi.']);
    const result = await agent.run('Hello');
    expect(await agent.run(result.state)).toEqual({ ...result, targets: [], attempts: [] });
  });

  it('rejects a state of another version', async () => {
    const { agent } = world([]);
    await expect(agent.run({ ...agent.begin('hi'), version: 2 } as never)).rejects.toMatchObject({
      kind: 'config',
    });
  });
});

describe('a model error', () => {
  it('is a RunError with a state from which the run can continue', async () => {
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

  it('is recognized by RunError.is across copies of the package', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('majordomo.RunError')]: true });
    expect([RunError.is(foreign), RunError.is(new Error('x'))]).toEqual([true, false]);
  });
});

const look = plain('look', () => 'seen');
const touch = plain('touch', () => 'touched');

it('skills add their instructions and tools in order', async () => {
  const skills = [
    { name: 'a', instructions: 'Look first.', tools: [look] },
    { name: 'b', instructions: 'Then touch.' },
    { name: 'c', tools: [touch] },
  ];
  const { agent, requests } = world(['ok'], { instructions: 'Be brief.', skills });
  await agent.run('go');
  expect(requests[0]?.request).toMatchObject({
    system: 'Be brief.\n\nLook first.\n\nThen touch.',
    tools: [{ name: 'look' }, { name: 'touch' }],
  });
});
