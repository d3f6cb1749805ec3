import { defineTool } from '@majordomo/agent';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import type { Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { serveMcp, type McpToolbox } from '../src/index.ts';
import { agentWith, placeOf, throughJson } from './support/in-process.ts';
import { testToolbox } from './support/world.ts';

const LOOK: Turn = { toolCalls: [{ id: 'c1', name: 'h_look', args: {} }] };

/** Returns a function that connects a process to a server whose tool has this description, and the calls of the tool. */
function world(records: RecordStore) {
  const calls: string[] = [];
  const connect = (description: string): Promise<McpToolbox> => {
    const run = (): string => `seen ${calls.push(description)}`;
    const look = defineTool({ name: 'look', description, parameters: { type: 'object' }, run });
    const server = serveMcp({ name: 's', version: '1', tools: [look] });
    return testToolbox({ name: 'h', place: placeOf(server), records });
  };
  return { calls, connect };
}

const decisions = [{ callId: 'c1', approve: true }] as const;

it.each(['before', 'after'])(
  'an approved call of a changed tool runs in another process, which connected %s the request for the approval',
  async (order) => {
    const { calls, connect } = world(memoryRecords());
    await connect('Looks');
    const early = await connect('Watches');
    const paused = await agentWith(await connect('Watches'), [LOOK]).agent.run('go');
    expect(paused.awaiting).toHaveLength(1);
    const box = order === 'before' ? early : await connect('Watches');
    await agentWith(box, ['done']).agent.run(throughJson(paused.state), { decisions });
    expect(calls).toEqual(['Watches']);
    const later = await agentWith(await connect('Watches'), [LOOK, 'done']).agent.run('go');
    expect(later.awaiting).toEqual([]);
  },
);

it('an approved call does not run in another process if the definition has changed again', async () => {
  const { calls, connect } = world(memoryRecords());
  await connect('Looks');
  const paused = await agentWith(await connect('Watches'), [LOOK]).agent.run('go');
  const box = await connect('Deletes');
  const { messages } = await agentWith(box, ['done']).agent.run(throughJson(paused.state), { decisions });
  expect(JSON.stringify(messages)).toContain('changed its definition after the approval check');
  expect(calls).toEqual([]);
});

it('a call that needed no approval does not run with a changed definition whose approval another run requested', async () => {
  const { calls, connect } = world(memoryRecords());
  await connect('Looks');
  const changed = await connect('Watches');
  const paused = await agentWith(changed, [LOOK]).agent.run('go');
  // The other process checked the call before the definition changed, and ended before the call ran.
  const state = throughJson({ ...paused.state, approvals: { c1: false } });
  const { messages } = await agentWith(changed, ['done']).agent.run(state);
  expect(JSON.stringify(messages)).toContain('changed its definition after the approval check');
  expect(calls).toEqual([]);
});
