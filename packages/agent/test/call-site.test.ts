import { createMajordomo, type ChatModel } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createAgent, defineTool, RunError, type Agent } from '../src/index.ts';

const modelOf = (...turns: readonly Turn[]): ChatModel =>
  createMajordomo({ providers: [fakeProvider({ id: 'f', models: { x: turns } })] }).model('f/x');

/** Each way of running, called by a function whose name can be looked for in a stack. */
const ASKED: Readonly<Record<string, (agent: Agent) => Promise<unknown>>> = {
  run(agent) {
    function lineOfTheApp(): Promise<unknown> {
      return agent.run('hi');
    }
    return lineOfTheApp();
  },
  'events of a stream'(agent) {
    function lineOfTheApp(): AsyncIterable<unknown> {
      return agent.stream('hi');
    }
    const events = lineOfTheApp();
    return (async () => {
      for await (const _event of events);
    })();
  },
  'result of a stream'(agent) {
    function lineOfTheApp(): Promise<unknown> {
      return agent.stream('hi').result();
    }
    return lineOfTheApp();
  },
};

describe.each(Object.entries(ASKED))(
  'the stack of what ends a run by %s has a line of the app',
  (_name, ask) => {
    const failed = async (agent: Agent): Promise<unknown> => {
      const answer = ask(agent);
      answer.catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      return answer.catch((error: unknown) => error);
    };

    it('when the model fails', async () => {
      const error = await failed(createAgent({ model: modelOf({ fail: 'auth' }) }));
      expect(RunError.is(error, 'auth') && error.stack).toContain('lineOfTheApp');
    });

    it('when a function of the app fails', async () => {
      const maxSteps = (): number => {
        throw new Error('no budget');
      };
      const error = await failed(createAgent({ model: modelOf('hi'), maxSteps }));
      expect(error instanceof Error && error.stack).toContain('lineOfTheApp');
    });
  },
);

it('an error shows its own name, wherever Node shows it', () => {
  expect(RunError.name).toBe('RunError');
});

it('an agent without a model is told at once, and so are two tools of one name', () => {
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
