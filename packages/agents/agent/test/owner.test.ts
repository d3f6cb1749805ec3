import { user } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { expect, it } from 'vitest';
import { journaled } from '../src/durable.ts';
import { agentTool, type Agent, type Decision } from '../src/index.ts';
import { journalOver } from './support/journal.ts';
import { scripted, stored } from './support/scripted.ts';
import { counting } from './support/tools.ts';
import { calls, world, type World } from './support/world.ts';

const decisions: readonly Decision[] = [{ callId: '1', approve: true }];
const pay = counting('pay', 'once');
const named = (name?: string): World =>
  scripted([calls(['1', 'pay']), 'Done.'], { name, tools: [{ ...pay.tool, approval: true }] });

const isRefused = (other: string) => ({
  kind: 'config',
  message: `state.agent: the run belongs to the agent "A", not to ${other}; continue it with the agent that began it`,
  details: { path: 'state.agent' },
});

it('a stored run is refused by another agent before a claim, an observer or a model call', async () => {
  const { state } = await named('A').agent.run('Pay', { runId: 'r' });
  expect(state.agent).toBe('A');
  const records = memoryRecords();
  for (const [name, other] of [
    ['B', '"B"'],
    [undefined, 'an agent without a name'],
  ] as const) {
    const { agent, requests } = named(name);
    const events: unknown[] = [];
    const options = { records, decisions, onEnd: (event: unknown) => void events.push(event) };
    await expect(agent.run(stored(state), options)).rejects.toMatchObject(isRefused(other));
    await expect(agent.stream(stored(state), options).result()).rejects.toMatchObject(isRefused(other));
    const effects = journaled(agent, journalOver({ step: () => Promise.reject(new Error('written')) }));
    await expect(agent.drive(stored(state), effects)).rejects.toMatchObject(isRefused(other));
    expect([await records.counts('claims'), events, requests, pay.keys]).toEqual([{}, [], [], []]);
  }
  expect((await named('A').agent.run(stored(state), { records, decisions })).done).toBe('answered');
});

it('a run that waits in a sub-agent is refused if the tool now runs another agent', async () => {
  const team = (inner: Agent): Agent =>
    world([{ toolCalls: [{ id: '1', name: 'help', args: { task: 'pay' } }] }, 'Done.'], {
      name: 'outer',
      tools: [agentTool({ name: 'help', description: 'Helps', agent: inner })],
    }).agent;
  const { state } = await team(named('A').agent).run('go');
  const decide = team(named('B').agent).run(stored(state), { decisions: [{ callId: '1/1', approve: true }] });
  await expect(decide).rejects.toMatchObject(isRefused('"B"'));
});

it('a call with the id of a member of every object is claimed and runs', async () => {
  const { tool, keys } = counting('send', 'once');
  const { agent } = world([calls(['1', 'send'], ['constructor', 'send']), 'Done.'], { tools: [tool] });
  const { unknown } = await agent.run('go', { runId: 'r' });
  expect([keys, unknown]).toEqual([['r/1/1', 'r/1/constructor'], []]);
});

it.each<[string, string | undefined, string]>([
  ['that has no name', undefined, 'B'],
  ['of the same agent', 'A', 'A'],
])('a run %s is continued', async (_name, first, second) => {
  const { state } = await named(first).agent.run('Pay');
  const deny: readonly Decision[] = [{ callId: '1', result: 'paid by hand' }];
  expect((await named(second).agent.run(stored(state), { decisions: deny })).done).toBe('answered');
});

it('another agent can answer a new message on a finished run', async () => {
  const first = await world(['Hello.'], { name: 'A' }).agent.run('Hi');
  const { agent } = world(['Hello again.'], { name: 'B' });
  const next = await agent.run({ ...first.state, messages: [...first.messages, user('And you?')] });
  expect([next.text, next.state.agent]).toEqual(['Hello again.', 'B']);
  expect(agent.begin('Hi').agent).toBe('B');
});
