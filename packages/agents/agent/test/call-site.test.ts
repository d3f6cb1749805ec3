import { createMajordomo, type ChatModel } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createAgent, defineTool, RunError, type Agent } from '../src/index.ts';

const modelOf = (...turns: readonly Turn[]): ChatModel =>
  createMajordomo({ providers: [fakeProvider({ id: 'f', models: { x: turns } })] }).model('f/x');

/** Functions that start a run in a function whose name the test finds in the stack. */
const START_RUN: Readonly<Record<string, (agent: Agent) => Promise<unknown>>> = {
  run(agent) {
    function applicationFunction(): Promise<unknown> {
      return agent.run('hi');
    }
    return applicationFunction();
  },
  'events of a stream'(agent) {
    function applicationFunction(): AsyncIterable<unknown> {
      return agent.stream('hi');
    }
    const events = applicationFunction();
    return (async () => {
      for await (const _event of events);
    })();
  },
  'result of a stream'(agent) {
    function applicationFunction(): Promise<unknown> {
      return agent.stream('hi').result();
    }
    return applicationFunction();
  },
};

describe.each(Object.entries(START_RUN))(
  'the stack of an error of %s contains the line of the application',
  (_name, startRun) => {
    const failed = async (agent: Agent): Promise<unknown> => {
      const answer = startRun(agent);
      answer.catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      return answer.catch((error: unknown) => error);
    };

    it('if the model fails', async () => {
      const error = await failed(createAgent({ model: modelOf({ fail: 'auth' }) }));
      expect(RunError.is(error, 'auth') && error.stack).toContain('applicationFunction');
    });

    it('if a function of the application fails', async () => {
      const maxSteps = (): number => {
        throw new Error('no budget');
      };
      const error = await failed(createAgent({ model: modelOf('hi'), maxSteps }));
      expect(error instanceof Error && error.stack).toContain('applicationFunction');
    });
  },
);

it('the class RunError is named RunError', () => {
  expect(RunError.name).toBe('RunError');
});

it('createAgent rejects an invalid model and two tools with one name', () => {
  const tool = defineTool({ name: 'a', description: 'a', parameters: { type: 'object' }, run: () => 'a' });
  for (const model of [undefined, null, 'openai/gpt', createMajordomo({ providers: [] })]) {
    expect(() => createAgent({ model: model as unknown as ChatModel })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: 'createAgent: model must be from majordomo.model(spec)',
      }),
    );
  }
  expect(() => createAgent({ model: modelOf('hi'), tools: [tool, tool] })).toThrow('rename one');
});
