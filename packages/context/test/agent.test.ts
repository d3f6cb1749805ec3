import { createAgent, type Tool } from '@majordomo/agent';
import { createMajordomo, user, type ChatModel, type Message, type ModelRequest } from '@majordomo/core';
import { replayRun } from '@majordomo/conformance';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createCompactor, estimateTokens } from '../src/index.ts';
import { scripted, textsOf, world } from './support/world.ts';

const modelOf = (turns: readonly Turn[]): ChatModel =>
  createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: turns } })],
    chain: { attempts: 1 },
  }).model('f/m');

const FACTS: Readonly<Record<number, string>> = { 3: 'FACT-alpha', 400: 'FACT-beta', 900: 'FACT-gamma' };
const factsIn = (text: string): string => [...new Set(text.match(/FACT-[a-z]+/g) ?? [])].toSorted().join(' ');

const look = (run: Tool['run']): Tool => ({
  name: 'look',
  description: 'Looks',
  parameters: { type: 'object' },
  run,
});

const talkOf = (topics: string): readonly Message[] =>
  Array.from(topics).flatMap((topic): readonly Message[] => [
    user(`${topic} `.repeat(100)),
    { role: 'assistant', parts: [{ type: 'text', text: `${topic} `.repeat(100) }] },
  ]);

describe('an agent that works all day', () => {
  it(
    'of 1,000 steps in a window of 32,000 tokens knows what it saw at steps 3, 400 and 900',
    { timeout: 120_000 },
    async () => {
      let step = 0;
      let most = 0;
      let known = '';
      const turn = ({ messages }: ModelRequest): Turn => {
        const text = textsOf(messages);
        most = Math.max(most, estimateTokens(text) + messages.length * 4);
        if (++step <= 1000) return { toolCalls: [{ name: 'look', args: { at: `page ${step}` } }] };
        known = factsIn(text);
        return 'Done.';
      };
      const { model: summarizer, prompts } = scripted((prompt) => `Facts: ${factsIn(prompt)}`);
      const compactor = createCompactor({ summarizer, contextTokens: 32_000 });
      const agent = createAgent({
        model: modelOf(Array.from({ length: 1001 }, () => turn)),
        tools: [look(() => `${'nothing of note here '.repeat(30)}${FACTS[step] ?? ''}`)],
        compact: compactor.compact,
        maxSteps: 1100,
      });
      const { text, messages } = await agent.run('Read it all.');
      expect([text, known]).toEqual(['Done.', 'FACT-alpha FACT-beta FACT-gamma']);
      expect(most).toBeLessThan(32_000);
      expect(messages).toHaveLength(2002);
      expect(prompts().length).toBeGreaterThan(5);
      expect(prompts().length).toBeLessThan(40);
    },
  );

  it('has the summary made once when a journal plays the run again', async () => {
    const { compactor, requests } = world('SUMMARY', { contextTokens: 2000 });
    const call: Turn = { toolCalls: [{ name: 'look', args: {} }] };
    const agent = createAgent({
      model: modelOf([...Array.from({ length: 12 }, () => call), 'Done.']),
      tools: [look((_args, { key }) => `found ${key} `.repeat(150))],
      compact: compactor.compact,
      maxSteps: 20,
    });
    const local = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const { value } = await replayRun(({ step }) =>
      agent.drive(agent.begin('go'), {
        callModel: (state, turn) => step(`ask ${state.steps}`, () => local.callModel(state, turn)),
        runTool: (made, state) => step(`tool ${state.steps}`, () => local.runTool(made, state)),
        decisions: () => Promise.resolve([]),
      }),
    );
    expect(value.text).toBe('Done.');
    const asked = requests.length;
    expect(asked).toBeGreaterThan(0);
    expect(new Set(requests.map(({ request }) => textsOf(request.messages))).size).toBe(asked);
  });

  it('whose vendor finds it too long sends a summary, once more', async () => {
    const { compactor, events } = world('SUMMARY', { contextTokens: 1_000_000 });
    const seen: string[] = [];
    const note =
      (turn: Turn): Turn =>
      ({ messages }) => {
        seen.push(textsOf(messages));
        return turn;
      };
    const agent = createAgent({
      model: modelOf([note({ fail: 'context-overflow' }), note('ok')]),
      compact: compactor.compact,
    });
    const talk = talkOf('abcdefghij');
    const { text } = await agent.run([...talk, user('?')]);
    expect([text, events.at(-1)?.type]).toEqual(['ok', 'compacted']);
    expect(seen.map((one) => one.includes('SUMMARY'))).toEqual([false, true]);
  });

  it('whose one result is too long, and for which no summary helps, sends less of the result', async () => {
    const { compactor } = world({ fail: 'server' }, { contextTokens: 1_000_000 });
    const seen: number[] = [];
    const note =
      (turn: Turn): Turn =>
      ({ messages }) => {
        seen.push(textsOf(messages).length);
        return turn;
      };
    const agent = createAgent({
      model: modelOf([
        note({ toolCalls: [{ name: 'look', args: {} }] }),
        note({ fail: 'context-overflow' }),
        note('ok'),
      ]),
      tools: [look(() => 'far too much '.repeat(10_000))],
      compact: compactor.compact,
    });
    expect((await agent.run('go')).text).toBe('ok');
    expect([(seen[1] ?? 0) > 30_000, (seen[2] ?? 0) < 10_000]).toEqual([true, true]);
  });

  it('that is aborted while it is summarized ends at once', async () => {
    const { compactor } = world({ hang: true }, { contextTokens: 100 });
    const agent = createAgent({ model: modelOf(['never']), compact: compactor.compact });
    const talk = talkOf('abcdefghij');
    const running = agent.run([...talk, user('?')], { signal: AbortSignal.timeout(30) });
    await expect(running).rejects.toMatchObject({ cause: { kind: 'aborted' } });
  });
});

it('what vendors counted for the step before is what the next estimate stands on', async () => {
  const observed: unknown[] = [];
  const usage = { input: 700, output: 5, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const { compactor } = world('SUMMARY', {
    meter: {
      estimate: () => ({ estimated: true, tokens: 10, anchored: false }),
      observe: (request, { input }, target) => observed.push([request.messages.length, input, target]),
    },
  });
  const agent = createAgent({
    model: modelOf([{ toolCalls: [{ name: 'look', args: {} }], usage }, 'ok']),
    tools: [look(() => 'found')],
    compact: compactor.compact,
  });
  await agent.run('go');
  expect(observed).toEqual([[1, 700, 'f/m']]);
});
