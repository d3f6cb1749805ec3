import { createMajordomo, LlmError, user, type Message, type ToolChoice } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { AgentOptions, Tool } from '../src/index.ts';
import { usage } from './support/usage.ts';
import { counting, plain } from './support/tools.ts';
import { call, calls, read, resultTexts, runError, world } from './support/world.ts';

const look = plain('look', () => 'seen');
const touch = plain('touch', () => 'seen');

describe('observers', () => {
  it("are called before a step, before a tool, and after the step; the agent's first, then the run's", async () => {
    const calls: string[] = [];
    const recordAs = (owner: string) => ({
      onStepStart: ({ step }: { step: number }) => {
        calls.push(`${owner}: step ${step}`);
      },
      onToolStart: ({ step, call: { name } }: { step: number; call: { name: string } }) => {
        calls.push(`${owner}: ${name} in ${step}`);
      },
      onStep: ({ step, results }: { step: number; results: readonly unknown[] }) => {
        calls.push(`${owner}: ${results.length} results in ${step}`);
      },
    });
    const recordingTool: Tool = {
      ...look,
      run: () => {
        calls.push('running');
        return '';
      },
    };
    await world([call('look'), 'ok'], { tools: [recordingTool], ...recordAs('agent') }).agent.run(
      'go',
      recordAs('run'),
    );
    expect(calls).toEqual([
      'agent: step 1',
      'run: step 1',
      'agent: look in 1',
      'run: look in 1',
      'running',
      'agent: 1 results in 1',
      'run: 1 results in 1',
      'agent: step 2',
      'run: step 2',
      'agent: 0 results in 2',
      'run: 0 results in 2',
    ]);
  });

  it('add a warning to the stream if they throw or reject, and the run continues', async () => {
    const { agent } = world([call('look'), 'ok'], {
      tools: [look],
      onStepStart: () => {
        throw new Error('a');
      },
      onToolStart: () => Promise.reject(new Error('b')),
    });
    const events = await read(agent.stream('go'));
    expect(
      events.flatMap((event) =>
        event.type === 'warning' ? [`${event.warning.what} ${event.warning.why}`] : [],
      ),
    ).toEqual([
      'onStepStart the hook failed: a',
      'onToolStart the hook failed: b',
      'onStepStart the hook failed: a',
    ]);
    expect(events.at(-1)?.type).toBe('step-end');
  });

  it('of the last step and of the end add a warning to the result if they fail', async () => {
    const { agent } = world([call('look')], {
      tools: [look],
      maxSteps: 1,
      onToolEnd: () => Promise.reject(new Error('a')),
      onStep: () => {
        throw new Error('b');
      },
      onEnd: () => Promise.reject(new Error('c')),
    });
    const { done, state } = await agent.run('go');
    expect([done, state.warnings]).toEqual([
      'max-steps',
      [
        { action: 'dropped', what: 'onToolEnd', why: 'the hook failed: a' },
        { action: 'dropped', what: 'onStep', why: 'the hook failed: b' },
        { action: 'dropped', what: 'onEnd', why: 'the hook failed: c' },
      ],
    ]);
  });

  it('receive the usage and the price of each step', async () => {
    const stepUsage = { ...usage(5), details: { reportedNanoUsd: '700' } };
    const usages: unknown[] = [];
    const onStep: AgentOptions['onStep'] = (step) => void usages.push(step.usage);
    await world([{ text: 'hi', usage: stepUsage }], { onStep }).agent.run('go');
    expect(usages).toEqual([stepUsage]);
  });
});

describe('the arguments of observers', () => {
  it('contain the run id and the duration of each tool', async () => {
    const clock = fakeClock();
    const calls: unknown[] = [];
    const slow: Tool = {
      ...look,
      run: async () => {
        await clock.advance(30);
        return 'seen';
      },
    };
    await world([call('look'), 'ok'], { tools: [slow], clock }).agent.run('go', {
      runId: 'r',
      onStepStart: ({ runId }) => void calls.push(`start ${runId}`),
      onToolStart: ({ runId }) => void calls.push(`tool ${runId}`),
      onToolEnd: ({ runId, step, call: toolCall, result, ms }) =>
        void calls.push([runId, step, toolCall.name, result.content, ms]),
      onStep: ({ runId }) => void calls.push(`step ${runId}`),
    });
    expect(calls).toEqual([
      'start r',
      'tool r',
      ['r', 1, 'look', [{ type: 'text', text: 'seen' }], 30],
      'step r',
      'start r',
      'step r',
    ]);
  });

  it.each([
    ['an answer', ['ok'], {}, ['answered', undefined, 0]],
    ['a pause', [call('look')], { tools: [{ ...look, approval: true }] }, [undefined, undefined, 1]],
    ['an error', [{ fail: 'auth' }], {}, ['none', 'auth', 0]],
  ] as const)('of `onEnd` describe a run that ends with %s', async (_name, turns, options, expected) => {
    const ends: unknown[] = [];
    const { agent } = world([...turns], options);
    const run = agent.run('go', {
      onEnd: ({ runId, result, error, awaiting }) => {
        const kind = LlmError.is(error) ? error.kind : undefined;
        ends.push([runId !== '', result === undefined ? 'none' : result.done, kind, awaiting.length]);
      },
    });
    await run.catch(() => undefined);
    expect(ends).toEqual([[true, ...expected]]);
  });
});

const neverSettles = (): Promise<never> => new Promise(() => undefined);

describe.each(['steer', 'compact', 'prepareStep'] as const)('a %s hook that never settles', (hook) => {
  it('does not delay the end of the run after an abort', async () => {
    const controller = new AbortController();
    const { agent, requests } = world(['ok'], {
      [hook]: () => {
        controller.abort('enough');
        return neverSettles();
      },
    });
    const error = await runError(agent.run('go', { signal: controller.signal }));
    expect([error.kind, error.cause.cause, requests.length]).toEqual(['aborted', 'enough', 0]);
  });

  it('does not delay a timeout of the step', async () => {
    const clock = fakeClock();
    const { agent, requests } = world(['ok'], {
      clock,
      [hook]: () => {
        void clock.advance(200);
        return neverSettles();
      },
    });
    const error = await runError(agent.run('go', { timeouts: { totalMs: 200 } }));
    expect([error.message, error.kind, error.details.phase, requests.length]).toEqual([
      'the run ended in step 1: step 1: a model call or hook exceeded 200 ms; raise totalMs',
      'timeout',
      'total',
      0,
    ]);
  });
});

it('the timeout of a step includes its hooks and its model call', async () => {
  const clock = fakeClock();
  const { agent, requests } = world(
    [{ hang: true, after: 'Hel' }],
    {
      clock,
      prepareStep: async () => {
        await clock.advance(150);
        return undefined;
      },
    },
    { clock },
  );
  const failed = runError(agent.run('go', { timeouts: { totalMs: 200 } }));
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(50);
  const { kind, partial, details } = await failed;
  expect([clock.now(), kind, partial?.text, details.attempts.length]).toEqual([200, 'timeout', 'Hel', 1]);
  expect(clock.pending).toBe(0);
});

describe('prepareStep', () => {
  it('changes the model, instructions, tools, tool choice, limits and extra of one step', async () => {
    const other = fakeProvider({ id: 'o', models: { m: [call('look')] } });
    const { agent, requests } = world(['ok'], {
      tools: [look, touch],
      instructions: 'Old.',
      maxTokens: 9,
      prepareStep: ({ step }) =>
        step > 1
          ? undefined
          : {
              model: createMajordomo({ providers: [other] }).model('o/m'),
              instructions: 'New.',
              tools: ['look'],
              toolChoice: 'required',
              maxTokens: 5,
              extra: { o: { a: 1 } },
            },
    });
    await agent.run('go');
    expect(other.requests[0]?.request).toMatchObject({
      system: 'New.',
      tools: [{ name: 'look' }],
      toolChoice: 'required',
      maxTokens: 5,
      extra: { a: 1 },
    });
    expect(requests[0]?.request).toMatchObject({
      system: 'Old.',
      tools: [{ name: 'look' }, { name: 'touch' }],
      maxTokens: 9,
    });
  });

  it('appends a tool that a later step adds, although the tool is defined first', async () => {
    const offers = [['touch'], ['look', 'touch'], ['look', 'touch'], ['look']];
    const { agent, requests } = world([call('touch'), call('touch'), call('touch'), 'ok', 'ok'], {
      tools: [look, touch],
      prepareStep: ({ step }) => ({ tools: offers[step - 1] }),
    });
    await agent.run('go');
    const sent = requests.map(({ request }) => request.tools);
    expect(sent.map((tools) => tools.map(({ name }) => name))).toEqual([
      ['touch'],
      ['touch', 'look'],
      ['touch', 'look'],
      ['look'],
    ]);
    expect(sent[2]).toBe(sent[1]);
    await agent.run('again');
    expect(requests[4]?.request.tools.map(({ name }) => name)).toEqual(['touch']);
  });

  it('rejects calls of tools that the step does not offer', async () => {
    const { agent } = world([call('touch'), 'ok'], {
      tools: [look, touch],
      prepareStep: () => ({ tools: ['look'] }),
    });
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '!There is no tool "touch". There are: look.',
    ]);
  });

  describe.each<[string, ToolChoice, readonly string[], string]>([
    ["'none'", 'none', [], '!There is no tool "touch". There are: none.'],
    ['a name', { name: 'look' }, ['look'], '!There is no tool "touch". There are: look.'],
  ])('with the tool choice %s', (_name, toolChoice, runs, refusal) => {
    const ran: string[] = [];
    const recording = ['look', 'touch'].map((name) => plain(name, () => void ran.push(name)));
    const both = calls(['1', 'look'], ['2', 'touch']);

    it.each<[string, Partial<AgentOptions>]>([
      ['of the step', { prepareStep: ({ step }) => (step === 1 ? { toolChoice } : undefined) }],
      ['of the agent', { toolChoice }],
    ])('%s, does not run another tool that the model calls', async (_of, options) => {
      ran.length = 0;
      const { agent, requests } = world([both, 'ok'], { tools: recording, ...options });
      const { messages, done } = await agent.run('go');
      expect([ran, done]).toEqual([runs, 'answered']);
      expect(resultTexts(messages)).toContain(refusal);
      // The definitions remain in the request, so that caches match.
      expect(requests[0]?.request).toMatchObject({
        toolChoice,
        tools: [{ name: 'look' }, { name: 'touch' }],
      });
    });

    it('neither claims nor asks for the approval of a call that does not run', async () => {
      const touches = counting('touch', 'once');
      const { agent } = world([call('touch'), 'ok'], {
        tools: [recording[0]!, { ...touches.tool, approval: true }],
        prepareStep: ({ step }) => (step === 1 ? { toolChoice } : undefined),
      });
      const records = { ...memoryRecords(), write: () => Promise.reject(new Error('claimed')) };
      expect(resultTexts((await agent.run('go', { records })).messages)).toEqual([refusal]);
      expect(touches.keys).toEqual([]);
    });

    it('does not hand over', async () => {
      const other = world(['I am the other.'], { name: 'other' }).agent;
      const { agent } = world([call('transfer_to_other'), 'ok'], {
        tools: [look],
        handoffs: [other],
        prepareStep: ({ step }) => (step === 1 ? { toolChoice } : undefined),
      });
      expect((await agent.run('go')).text).toBe('ok');
    });
  });

  it.each<[object, string]>([
    [{ system: 'New.' }, 'prepareStep: system is not an option; use instructions'],
    [{ messages: [] }, 'prepareStep: messages is not an option; return the messages from `compact`'],
    [{ temprature: 1 }, 'prepareStep: temprature is not an option; did you mean "temperature"?'],
    [{ colour: 'red' }, 'prepareStep: colour is not an option; the options are'],
    [{ maxTokens: Number.NaN }, 'prepareStep: maxTokens must be'],
    [{ tools: 'look' }, 'prepareStep: tools must be an array'],
    [{ model: 'openai/gpt' }, 'prepareStep: model must be an object with stream'],
    [{ cache: 'yes' }, 'cache must be'],
  ])('ends the run if it returns %j', async (settings, message) => {
    const { agent, requests } = world(['ok'], { tools: [look], prepareStep: () => settings });
    const { cause } = await runError(agent.run('go'));
    expect([cause.kind, cause.details.path]).toEqual(['config', Object.keys(settings)[0]]);
    expect(cause.message).toContain(message);
    expect(requests).toHaveLength(0);
  });

  it('ends the run if it fails', async () => {
    const { agent, requests } = world(['ok'], {
      prepareStep: () => {
        throw new Error('bug');
      },
    });
    await expect(agent.run('go')).rejects.toMatchObject({ name: 'RunError', cause: { message: 'bug' } });
    expect(requests).toHaveLength(0);
  });
});

describe('steer', () => {
  it('adds messages once, in order, after the results of the previous step', async () => {
    const waiting: Message[][] = [[], [user('Hurry!'), user('Please.')]];
    const { agent, requests } = world([call('look'), 'ok'], { tools: [look], steer: () => waiting.shift() });
    const { messages } = await agent.run('go');
    expect(requests[1]?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'user',
      'user',
    ]);
    expect(messages).toHaveLength(6);
  });

  it('adds no message if it fails, and emits a warning that the state contains', async () => {
    const { agent } = world(['ok'], {
      steer: () => {
        throw new Error('bug');
      },
    });
    const stream = agent.stream('go');
    const events = await read(stream);
    const warning = { action: 'dropped', what: 'steer', why: 'the hook failed: bug' };
    expect(events[0]).toEqual({ type: 'warning', warning });
    expect((await stream.result()).state.warnings).toEqual([warning]);
  });

  it.each([['abc'], [[null]], [[{ role: 'user' }]], [{}]])(
    'adds no message if it returns %j',
    async (returned) => {
      const { agent, requests } = world(['ok'], { steer: () => returned as never });
      const { state } = await agent.run('go');
      expect(requests[0]?.request.messages).toEqual([user('go')]);
      expect(state.warnings?.map(({ why }) => why)).toEqual([
        'the hook failed: the hook must return an array of messages',
      ]);
    },
  );

  it('loses no message if the model call fails', async () => {
    const { agent } = world([{ fail: 'auth' }], { steer: () => [user('Hurry!')] });
    expect((await runError(agent.run('go'))).state.messages).toEqual([user('go'), user('Hurry!')]);
  });
});

describe('compact', () => {
  it('changes the request, but not the transcript', async () => {
    const { agent, requests } = world([call('look'), 'ok'], {
      tools: [look],
      compact: (messages) => messages.slice(-1),
    });
    const { messages } = await agent.run([user('a'), user('b')]);
    expect(requests[0]?.request.messages).toEqual([user('b')]);
    expect(messages).toHaveLength(5);
  });

  it('receives the step, the request, and the target that answered before', async () => {
    const contexts: unknown[] = [];
    const stepUsage = usage(5);
    const { agent } = world([{ toolCalls: [{ name: 'look', args: {} }], usage: stepUsage }, 'ok'], {
      tools: [look],
      instructions: 'Be brief.',
      compact: (messages, context) => {
        const { step, state, usage: previousUsage, target, request, overflow } = context;
        contexts.push([step, state.messages === messages, previousUsage, target, request.system, overflow]);
        contexts.push([request.messages === messages, request.tools?.length, context.signal.aborted]);
        return messages;
      },
    });
    await agent.run('go');
    expect(contexts).toEqual([
      [1, true, undefined, undefined, 'Be brief.', undefined],
      [true, 1, false],
      [2, true, stepUsage, 'f/m', 'Be brief.', undefined],
      [true, 1, false],
    ]);
  });

  it('is called once more for a shorter request after an overflow', async () => {
    const { agent, requests } = world([{ fail: 'context-overflow' }, 'ok'], {
      compact: (messages, { overflow }) => (overflow === undefined ? messages : messages.slice(-1)),
    });
    const { text, attempts } = await agent.run([user('a'), user('b')]);
    expect([text, requests.map(({ request }) => request.messages.length)]).toEqual(['ok', [2, 1]]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
  });

  it('does not change the error if the request stays the same', async () => {
    const { agent, requests } = world([{ fail: 'context-overflow' }, 'ok'], {
      compact: (messages) => [...messages],
    });
    expect(LlmError.is(await runError(agent.run('go')), 'context-overflow')).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it.each<[string, () => Promise<never>]>([
    ['the hook must return an array of messages', () => Promise.resolve(undefined as never)],
    ['bug', () => Promise.reject(new Error('bug'))],
  ])('is ignored with a warning: %s', async (why, compact) => {
    const { agent, requests } = world(['ok'], { compact });
    const { state } = await agent.run('go');
    expect(requests[0]?.request.messages).toEqual([user('go')]);
    expect(state.warnings).toEqual([{ action: 'dropped', what: 'compact', why: `the hook failed: ${why}` }]);
  });
});
