import { createBackground } from '@majordomo/background';
import { memoryRecords } from '@majordomo/records';
import {
  createMajordomo,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatStream,
  type ModelRequest,
} from '@majordomo/core';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { journaled } from '../src/durable.ts';
import { agentTool, createAgent, defineTool, type AgentOptions } from '../src/index.ts';
import { journalOver } from './support/journal.ts';

const look = defineTool({
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: {} },
  run: () => 'seen',
});
const CALL = { toolCalls: [{ id: 'c', name: 'look', args: {} }] };

/** Model that records the key of each call. */
function recordedModel(turns: readonly Turn[]): { model: ChatModel; keys: (string | undefined)[] } {
  const keys: (string | undefined)[] = [];
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: turns } })],
    chain: { attempts: 1 },
  });
  const inner = majordomo.model('f/m');
  const generate = (request: ChatRequest, options: CallOptions = {}) => {
    keys.push(options.key);
    return inner.generate(request, options);
  };
  const stream = (request: ChatRequest, options: CallOptions = {}): ChatStream => {
    keys.push(options.key);
    return inner.stream(request, { ...options, afterCommit: 'error' });
  };
  return { model: { ...inner, generate, stream: stream as ChatModel['stream'] }, keys };
}

function keyedAgent(turns: readonly Turn[], options: Partial<AgentOptions> = {}) {
  const { model, keys } = recordedModel(turns);
  return { agent: createAgent({ model, tools: [look], ...options }), keys };
}

it('gives each model call of a run with an id the key of run and step', async () => {
  const { agent, keys } = keyedAgent([CALL, 'done', CALL, 'done', 'done']);
  await agent.run('hi', { runId: 'r' });
  await agent.stream('hi', { runId: 's' }).result();
  await agent.run('hi');
  expect(keys).toEqual(['r/1', 'r/2', 's/1', 's/2', undefined]);
});

it('gives the model calls of a run on a journal the key of run and step', async () => {
  const { agent, keys } = keyedAgent([CALL, 'done']);
  const step = <T>(_name: string, effect: () => Promise<T>): Promise<T> => effect();
  await agent.drive(agent.begin('hi'), journaled(agent, journalOver({ step })));
  expect(keys).toEqual(['r/1', 'r/2']);
});

it('gives the call after a compaction another key', async () => {
  const { agent, keys } = keyedAgent([{ fail: 'context-overflow' }, 'done'], {
    compact: (messages, { overflow: error }) => (error === undefined ? messages : messages.slice(-1)),
  });
  const messages = ['a', 'b'].map((text) => ({
    role: 'user' as const,
    parts: [{ type: 'text' as const, text }],
  }));
  await agent.run(messages, { runId: 'r' });
  expect(keys).toEqual(['r/1', 'r/1/2']);
});

it('gives the model calls of a sub-agent the key of its call and step', async () => {
  const inner = keyedAgent(['inner']);
  const tool = agentTool({ name: 'ask', description: 'Asks.', agent: inner.agent });
  const outer = keyedAgent([{ toolCalls: [{ id: 'c', name: 'ask', args: { task: 't' } }] }, 'done'], {
    tools: [tool],
  });
  await outer.agent.run('hi', { runId: 'r' });
  expect(outer.keys).toEqual(['r/1', 'r/2']);
  expect(inner.keys).toHaveLength(1);
  expect(inner.keys[0]).toMatch(/^r\/.*c.*\/1$/);
});

it('reports that the id of a run is too long for a key', async () => {
  const { agent, keys } = keyedAgent(['done', 'done']);
  const longest = 'r'.repeat(198);
  await agent.run('hi', { runId: longest });
  const { state } = await agent.run('hi', { runId: `${longest}r` });
  expect(keys).toEqual([`${longest}/1`, undefined]);
  expect(state.warnings).toMatchObject([{ action: 'dropped', what: 'key' }]);
});

it('continues the job of the step at which its process has died, and sends no request twice', async () => {
  const clock = fakeClock(1_000_000);
  const records = memoryRecords({ clock });
  let isKilled = false;
  const steps: number[] = [];
  const turn = ({ messages }: ModelRequest): Turn => {
    const step = messages.filter(({ role }) => role === 'assistant').length + 1;
    steps.push(step);
    if (step === 3 && !isKilled) return { hang: true };
    return step === 5 ? 'the answer' : { toolCalls: [{ id: `c${step}`, name: 'look', args: {} }] };
  };
  const agentOf = (life: { isKilled: boolean }) => {
    const check = <T>(work: () => Promise<T>): Promise<T> =>
      life.isKilled ? Promise.reject(new Error('the process was killed')) : work();
    const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 9 }, () => turn) }, clock });
    const background = createBackground({
      majordomo: createMajordomo({ providers: [provider], clock }),
      records: {
        ...records,
        get: (...args) => check(() => records.get(...args)),
        write: (...args) => check(() => records.write(...args)),
        list: (...args) => check(() => records.list(...args)),
      },
      clock,
    });
    return createAgent({ model: background.model('f/m'), tools: [look] });
  };
  const life = { isKilled: false };
  agentOf(life)
    .run('hi', { runId: 'r' })
    .catch(() => undefined);
  await expect.poll(() => steps).toEqual([1, 2, 3]);
  life.isKilled = true;
  isKilled = true;
  await clock.advance(31_000);
  const result = await agentOf({ isKilled: false }).run('hi', { runId: 'r' });
  expect([result.text, result.state.steps]).toEqual(['the answer', 5]);
  // A live call of a dead process is made again.
  expect(steps).toEqual([1, 2, 3, 3, 4, 5]);
});
