import { createMajordomo, user, type Message } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { Tool } from '../src/index.ts';
import { call, read, resultTexts, runError, world } from './support/world.ts';

const look: Tool = { name: 'look', description: 'Looks', parameters: { type: 'object' }, run: () => 'seen' };
const touch: Tool = { ...look, name: 'touch' };

describe('observers', () => {
  it("are told before a step, before a tool, and after the step; the agent's first, then the run's", async () => {
    const told: string[] = [];
    const tell = (who: string) => ({
      onStepStart: ({ step }: { step: number }) => {
        told.push(`${who}: step ${step}`);
      },
      onToolStart: ({ step, call: { name } }: { step: number; call: { name: string } }) => {
        told.push(`${who}: ${name} in ${step}`);
      },
      onStep: ({ step, results }: { step: number; results: readonly unknown[] }) => {
        told.push(`${who}: ${results.length} results in ${step}`);
      },
    });
    const noting: Tool = {
      ...look,
      run: () => {
        told.push('running');
        return '';
      },
    };
    await world([call('look'), 'ok'], { tools: [noting], ...tell('agent') }).agent.run('go', tell('run'));
    expect(told).toEqual([
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

  it('that throw or reject change nothing, and are told of in the stream', async () => {
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
    ).toEqual(['onStepStart it failed: a', 'onToolStart it failed: b', 'onStepStart it failed: a']);
    expect(events.at(-1)?.type).toBe('step-end');
  });

  it('get the usage and the price of each step', async () => {
    const usage = {
      input: 5,
      output: 1,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
      details: { reportedNanoUsd: '700' },
    };
    const spent: unknown[] = [];
    await world([{ text: 'hi', usage }], {
      onStep: (step) => {
        spent.push(step.usage);
      },
    }).agent.run('go');
    expect(spent).toEqual([usage]);
  });
});

describe('prepareStep', () => {
  it('changes model, instructions, tools, choice, limits and extra of one step', async () => {
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

  it('that offers a part of the tools has the others refused', async () => {
    const { agent } = world([call('touch'), 'ok'], {
      tools: [look, touch],
      prepareStep: () => ({ tools: ['look'] }),
    });
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '!There is no tool "touch". There are: look.',
    ]);
  });

  it('that fails ends the run: a step with the wrong settings is worse', async () => {
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
  it('puts messages in once, in order, after the results of the step before', async () => {
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

  it('that fails puts nothing in, with a warning in the state and an event', async () => {
    const { agent } = world(['ok'], {
      steer: () => {
        throw new Error('bug');
      },
    });
    const stream = agent.stream('go');
    const events = await read(stream);
    const warning = { action: 'dropped', what: 'steer', why: 'it failed: bug' };
    expect(events[0]).toEqual({ type: 'warning', warning });
    expect((await stream.result()).state.warnings).toEqual([warning]);
  });

  it('loses nothing when the model fails after it', async () => {
    const { agent } = world([{ fail: 'auth' }], { steer: () => [user('Hurry!')] });
    expect((await runError(agent.run('go'))).state.messages).toEqual([user('go'), user('Hurry!')]);
  });
});

describe('compact', () => {
  it('changes what is sent, never the transcript', async () => {
    const { agent, requests } = world([call('look'), 'ok'], {
      tools: [look],
      compact: (messages) => messages.slice(-1),
    });
    const { messages } = await agent.run([user('a'), user('b')]);
    expect(requests[0]?.request.messages).toEqual([user('b')]);
    expect(messages).toHaveLength(5);
  });

  it('that fails has the original sent, with a warning', async () => {
    const { agent, requests } = world(['ok'], {
      compact: () => {
        throw new Error('bug');
      },
    });
    const { state } = await agent.run('go');
    expect(requests[0]?.request.messages).toEqual([user('go')]);
    expect(state.warnings).toEqual([{ action: 'dropped', what: 'compact', why: 'it failed: bug' }]);
  });
});
