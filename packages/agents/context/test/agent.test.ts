import { createAgent, type Tool } from '@majordomo/agent';
import { createMajordomo, user, type ChatModel, type Message, type ModelRequest } from '@majordomo/core';
import { replayRun } from '@majordomo/conformance';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createCompactor, estimateTokens } from '../src/index.ts';
import { scripted, textsOf, setUpCompactor } from './support/compactor-setup.ts';

const modelOf = (turns: readonly Turn[]): ChatModel =>
  createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: turns } })],
    chain: { attempts: 1 },
  }).model('f/m');

/** Steps of the long run, and the size of its context in tokens. With SOAK=1, as in the nightly run, a thousand steps. */
const [STEPS, CONTEXT] = process.env['SOAK'] === undefined ? [300, 10_000] : [1000, 32_000];
const LATER_STEPS = [0.4 * STEPS, 0.9 * STEPS] as const;
const FACTS: Readonly<Record<number, string>> = {
  3: 'FACT-alpha',
  [LATER_STEPS[0]]: 'FACT-beta',
  [LATER_STEPS[1]]: 'FACT-gamma',
};
const factsIn = (text: string): string => [...new Set(text.match(/FACT-[a-z]+/g) ?? [])].toSorted().join(' ');

const lookTool = (run: Tool['run']): Tool => ({
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

describe('an agent with a compactor', () => {
  it(
    `retains facts of steps 3, ${LATER_STEPS.join(' and ')} over ${STEPS} steps in a context of ${CONTEXT} tokens`,
    { timeout: 120_000 },
    async () => {
      let step = 0;
      let maxTokens = 0;
      let finalFacts = '';
      const turn = ({ messages }: ModelRequest): Turn => {
        const text = textsOf(messages);
        maxTokens = Math.max(maxTokens, estimateTokens(text) + messages.length * 4);
        if (++step <= STEPS) return { toolCalls: [{ name: 'look', args: { at: `page ${step}` } }] };
        finalFacts = factsIn(text);
        return 'Done.';
      };
      const { model: summarizer, prompts } = scripted((prompt) => `Facts: ${factsIn(prompt)}`);
      const compactor = createCompactor({ summarizer, contextTokens: CONTEXT });
      const agent = createAgent({
        model: modelOf(Array.from({ length: STEPS + 1 }, () => turn)),
        tools: [lookTool(() => `${'nothing of note here '.repeat(30)}${FACTS[step] ?? ''}`)],
        compact: compactor.compact,
        maxSteps: STEPS + 100,
      });
      const { text, messages } = await agent.run('Read it all.');
      expect([text, finalFacts]).toEqual(['Done.', 'FACT-alpha FACT-beta FACT-gamma']);
      expect(maxTokens).toBeLessThan(CONTEXT);
      expect(messages).toHaveLength(2 * STEPS + 2);
      expect(prompts().length).toBeGreaterThan(5);
      expect(prompts().length).toBeLessThan(40);
    },
  );

  it('requests each summary once if a journal replays the run', async () => {
    const { compactor, requests } = setUpCompactor('SUMMARY', { contextTokens: 2000 });
    const call: Turn = { toolCalls: [{ name: 'look', args: {} }] };
    const agent = createAgent({
      model: modelOf([...Array.from({ length: 12 }, () => call), 'Done.']),
      tools: [lookTool((_args, { key }) => `found ${key} `.repeat(150))],
      compact: compactor.compact,
      maxSteps: 20,
    });
    const local = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const { value } = await replayRun(({ step }) =>
      agent.drive(agent.begin('go'), {
        callModel: (state, turn) => step(`ask ${state.steps}`, () => local.callModel(state, turn)),
        runTool: (toolCall, state) => step(`tool ${state.steps}`, () => local.runTool(toolCall, state)),
        decisions: () => Promise.resolve([]),
      }),
    );
    expect(value.text).toBe('Done.');
    const requestCount = requests.length;
    expect(requestCount).toBeGreaterThan(0);
    expect(new Set(requests.map(({ request }) => textsOf(request.messages))).size).toBe(requestCount);
  });

  it('sends a summary after the vendor rejects the request as too long', async () => {
    const { compactor, events } = setUpCompactor('SUMMARY', { contextTokens: 1_000_000 });
    const prompts: string[] = [];
    const recordPrompt =
      (turn: Turn): Turn =>
      ({ messages }) => {
        prompts.push(textsOf(messages));
        return turn;
      };
    const agent = createAgent({
      model: modelOf([recordPrompt({ fail: 'context-overflow' }), recordPrompt('ok')]),
      compact: compactor.compact,
    });
    const talk = talkOf('abcdefghij');
    const { text } = await agent.run([...talk, user('?')]);
    expect([text, events.at(-1)?.type]).toEqual(['ok', 'compacted']);
    expect(prompts.map((prompt) => prompt.includes('SUMMARY'))).toEqual([false, true]);
  });

  it('shortens a tool result that is too long if the summarizer fails', async () => {
    const { compactor } = setUpCompactor({ fail: 'server' }, { contextTokens: 1_000_000 });
    const promptLengths: number[] = [];
    const recordLength =
      (turn: Turn): Turn =>
      ({ messages }) => {
        promptLengths.push(textsOf(messages).length);
        return turn;
      };
    const agent = createAgent({
      model: modelOf([
        recordLength({ toolCalls: [{ name: 'look', args: {} }] }),
        recordLength({ fail: 'context-overflow' }),
        recordLength('ok'),
      ]),
      tools: [lookTool(() => 'far too much '.repeat(10_000))],
      compact: compactor.compact,
    });
    expect((await agent.run('go')).text).toBe('ok');
    expect([(promptLengths[1] ?? 0) > 30_000, (promptLengths[2] ?? 0) < 10_000]).toEqual([true, true]);
  });

  it('ends immediately if its signal aborts during a summary', async () => {
    const { compactor, requests } = setUpCompactor({ hang: true }, { contextTokens: 100 });
    const agent = createAgent({ model: modelOf(['never']), compact: compactor.compact });
    const talk = talkOf('abcdefghij');
    const controller = new AbortController();
    const running = agent.run([...talk, user('?')], { signal: controller.signal });
    const rejection = expect(running).rejects.toMatchObject({ cause: { kind: 'aborted' } });
    await expect.poll(() => requests.length).toBe(1);
    controller.abort();
    await rejection;
  });
});

it('the meter observes the usage that the vendor reports for a step', async () => {
  const observed: unknown[] = [];
  const usage = { input: 700, output: 5, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const { compactor } = setUpCompactor('SUMMARY', {
    meter: {
      estimate: () => ({ estimated: true, tokens: 10, anchored: false }),
      observe: (request, { input }, target) => observed.push([request.messages.length, input, target]),
    },
  });
  const agent = createAgent({
    model: modelOf([{ toolCalls: [{ name: 'look', args: {} }], usage }, 'ok']),
    tools: [lookTool(() => 'found')],
    compact: compactor.compact,
  });
  await agent.run('go');
  expect(observed).toEqual([[1, 700, 'f/m']]);
});
