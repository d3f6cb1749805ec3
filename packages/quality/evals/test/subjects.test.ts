import { assistant, createMajordomo, jsonSchema, toolResult, user, type Message } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import type { Trajectory } from '@majordomo/trajectory';
import { describe, expect, test } from 'vitest';
import { calledTool, calledTools, evaluate, type EvalDefinition, type Output } from '../src/index.ts';
import { answerTo, echo, fakeModels, testFolder } from './support/fixture.ts';

const call = { type: 'tool-call', id: 'c1', name: 'order', args: { id: '7' } } as const;
const QUESTION: readonly Message[] = [user('Where is it?')];
const MESSAGES: readonly Message[] = [
  ...QUESTION,
  { role: 'assistant', parts: [call] },
  toolResult({ callId: call.id, name: call.name, content: 'on its way' }),
  assistant('It is on its way.'),
];
const TRAJECTORY: Trajectory = {
  version: 1,
  id: 'run-1',
  at: '2026-11-21T03:00:00.000Z',
  spec: 'openai/gpt-5.4',
  targets: ['openai/gpt-5.4'],
  system: undefined,
  tools: [],
  messages: MESSAGES,
  usage: undefined,
  outcome: 'answered',
  metadata: {},
};

/** Runs a subject on one case and returns the output that its check received. */
async function outputOf<Input>(
  input: Input,
  subject: EvalDefinition<Input>['subject'],
): Promise<Output<Input>> {
  const outputs: Output<Input>[] = [];
  const { samples } = await evaluate<Input, unknown>(
    {
      name: 'demo',
      cases: [{ id: 'a', input }],
      subject,
      checks: { collect: (output) => outputs.push(output) === 1 },
    },
    { mode: 'live', folder: testFolder() },
  );
  expect(samples[0]?.error).toBeUndefined();
  return outputs[0]!;
}

describe('results of a subject', () => {
  test('a trajectory has the last answer, its tool calls and no model call', async () => {
    const output = await outputOf(TRAJECTORY, (run) => run);
    expect(output).toMatchObject({ text: 'It is on its way.', messages: MESSAGES, calls: 0, targets: [] });
    expect(output.toolCalls).toEqual([call]);
    expect(output.cost.basis).toBe('included');
  });

  test('tool calls of an input that is a transcript do not count', async () => {
    const followUp = [...MESSAGES, user('And now?'), assistant('Still on its way.')];
    const output = await outputOf([...MESSAGES, user('And now?')], () => ({
      ...TRAJECTORY,
      messages: followUp,
    }));
    expect([output.text, output.toolCalls]).toEqual(['Still on its way.', []]);
  });

  test.each([
    ['text', 'yes', 'yes', undefined],
    ['JSON', { b: 1, a: [null, true] }, '{"b":1,"a":[null,true]}', { b: 1, a: [null, true] }],
    ['a number', 0, '0', 0],
    ['null', null, 'null', null],
  ] as const)('%s has its text and value', async (_name, result, text, value) => {
    const output = await outputOf('x', () => result);
    expect([output.text, output.value]).toEqual([text, value]);
  });

  test('checks of tools accept a trajectory', async () => {
    const { samples } = await evaluate<Trajectory, unknown>(
      {
        name: 'demo',
        cases: [{ id: 'a', input: TRAJECTORY }],
        subject: (run) => run,
        checks: { order: calledTool('order', { args: { id: '7' } }), tools: calledTools(['order']) },
      },
      { mode: 'live', folder: testFolder() },
    );
    expect(samples[0]?.scores).toEqual({ order: { score: 1 }, tools: { score: 1 } });
  });
});

describe('recorded(model)', () => {
  test('records and replays a model of the application', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const chatModel = majordomo.model('fast');
    const definition: EvalDefinition<string, string> = {
      ...echo(majordomo),
      majordomo: undefined,
      subject: (input, { recorded }) => recorded(chatModel).generate({ messages: [user(input)] }),
    };
    const first = await evaluate(definition, { folder, mode: 'record' });
    const second = await evaluate(definition, { folder });
    expect(provider.requests).toHaveLength(3);
    expect(second.samples.map(({ text }) => text)).toEqual(first.samples.map(({ text }) => text));
    expect(second.samples[0]?.targets).toEqual(['openai/gpt-5.4-mini']);
  });

  test('uses the spec as key', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const withSpec = (spec: string): EvalDefinition<string, string> =>
      echo(majordomo, {
        subject: (input, { recorded }) =>
          recorded(majordomo.model(spec)).generate({ messages: [user(input)] }),
      });
    await evaluate(withSpec('fast'), { folder, mode: 'record' });
    const { reasons } = await evaluate(withSpec('openai/gpt-5.4-mini'), { folder });
    expect(reasons[0]).toMatch(/differs in targets;/);
  });

  test('streams typed objects and replays them', async () => {
    const { folder, majordomo, provider } = fakeModels(() => '{"queue":"billing"}');
    const output = jsonSchema<{ queue: string }>({
      type: 'object',
      properties: { queue: { type: 'string' } },
      required: ['queue'],
    });
    const definition = echo(majordomo, {
      subject: async (input, { recorded }) => {
        const stream = recorded(majordomo.model('fast')).streamObject({ messages: [user(input)], output });
        let last: unknown;
        for await (const partial of stream) last = partial;
        return { last, ...(await stream.response()).value };
      },
    });
    for (const mode of ['record', 'replay'] as const) {
      const { samples } = await evaluate(definition, { folder, mode });
      expect(samples[0]?.text).toBe('{"last":{"queue":"billing"},"queue":"billing"}');
    }
    expect(provider.requests).toHaveLength(3);
  });

  test('replays a failed stream with its content and its error', async () => {
    const { folder, majordomo, provider } = fakeModels(() => ({ fail: 'network', after: 'one ' }));
    const definition = echo(majordomo, {
      subject: async (input, { model }) => {
        let text = '';
        try {
          for await (const delta of model('fast').stream({ messages: [user(input)] }).textStream)
            text += delta;
        } catch (error) {
          return `${text}/${(error as { kind: string }).kind}`;
        }
        return text;
      },
    });
    const recorded = await evaluate(definition, { folder, mode: 'record' });
    const replayed = await evaluate(definition, { folder });
    const texts = recorded.samples.map(({ text }) => text);
    expect(texts[0]).toMatch(/^one \/\w+$/);
    expect(replayed.samples.map(({ text }) => text)).toEqual(texts);
    expect(provider.requests.length).toBe(3);
  });

  test('a replay has the recorded duration, and a partial replay adds it to that of the live calls', async () => {
    const folder = testFolder();
    const clock = fakeClock();
    const provider = fakeProvider({
      id: 'openai',
      models: { x: Array.from({ length: 3 }, () => ({ text: 'yes', delayMs: 100 })) },
      clock,
    });
    const majordomo = createMajordomo({ providers: [provider], clock });
    const definition = (second: string): EvalDefinition<string> => ({
      name: 'demo',
      majordomo,
      cases: [{ id: 'a', input: 'q' }],
      timeoutMs: 0,
      subject: async (input, { model }) => {
        const { text } = await model('openai/x').generate({ messages: [user(input)] });
        return model('openai/x').generate({ messages: [user(`${second} ${text}`)] });
      },
    });
    const run = async (second: string, mode: 'record' | 'replay'): Promise<number | undefined> => {
      const state = { isDone: false };
      const running = evaluate(definition(second), { folder, mode, clock }).finally(
        () => (state.isDone = true),
      );
      while (!state.isDone) await clock.advance(100);
      return (await running).samples[0]?.ms;
    };
    expect(await run('one', 'record')).toBe(200);
    expect(await run('one', 'replay')).toBe(200);
    expect(await run('two', 'record')).toBe(200);
  });
});
