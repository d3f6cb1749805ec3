import { createAgent } from '@majordomo/agent';
import type { FakeCall, Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { agentWith, modelOf } from './support/in-process.ts';
import { world } from './support/world.ts';

const call = (name: string): Turn => ({ toolCalls: [{ name: `h_${name}`, args: {} }] });

const namesIn = (requests: readonly FakeCall[], at: number): readonly string[] =>
  requests[at]?.request.tools.map(({ name }) => name) ?? [];

const resultsIn = (messages: readonly { readonly role: string }[]): string =>
  JSON.stringify(messages.filter(({ role }) => role === 'tool'));

describe('an agent with the tools of a server', () => {
  it('is offered tools in the step after the server added them', async () => {
    const { box, events } = await world({ only: (tool) => ['grow', 'fresh'].includes(tool.name) });
    const { agent, requests } = agentWith(box, [call('grow'), 'done']);
    await agent.run('go');
    expect(namesIn(requests, 0)).toEqual(['h_grow']);
    expect(namesIn(requests, 1)).toEqual(['h_grow', 'h_fresh']);
    expect(events.map(({ type, detail }) => [type, detail])).toContainEqual(['tools-changed', '2 tools']);
  });

  it('runs without a tool that is too deep, which is reported once', async () => {
    const only = (tool: { readonly name: string }): boolean => ['look', 'deep'].includes(tool.name);
    const { box, events } = await world({ only }, { DEEP: '300' });
    const { agent, requests } = agentWith(box, [call('look'), 'done']);
    expect((await agent.run('go')).text).toBe('done');
    await box.refresh();
    expect(namesIn(requests, 0)).toEqual(['h_look']);
    const rejected = events.filter(({ type }) => type === 'tool-rejected');
    expect(rejected).toEqual([
      { type: 'tool-rejected', detail: 'deep: its input schema is nested more than 500 levels' },
    ]);
  });

  it('is offered tools of a second change soon after the first', async () => {
    const { box } = await world({ approve: 'none' });
    const to = (text: string): Turn => ({ toolCalls: [{ name: 'h_change', args: { to: text } }] });
    const { agent, requests } = agentWith(box, [to('first'), to('second'), 'done']);
    await agent.run('go');
    const shown = requests.map(
      ({ request }) => request.tools.find(({ name }) => name === 'h_look')?.description,
    );
    expect(shown).toEqual(['Looks', 'first', 'second']);
  });

  it('waits for a person before a tool that the server calls destructive, and runs the others', async () => {
    const { box, notes, events } = await world();
    const { agent } = agentWith(box, [
      {
        toolCalls: [
          { name: 'h_wipe', args: {} },
          { name: 'h_look', args: {} },
        ],
      },
      'done',
    ]);
    const paused = await agent.run('go');
    expect(paused.awaiting.map(({ name }) => name)).toEqual(['h_wipe']);
    expect(notes()).not.toContain('call wipe');
    expect(events.map(({ type }) => type)).not.toContain('approval');
    const { text } = await agent.run(paused.state, {
      decisions: paused.awaiting.map(({ id }) => ({ callId: id, approve: true })),
    });
    expect(text).toBe('done');
    expect(notes()).toContain('call wipe');
  });

  it('asks about a harmless tool with a changed description until a person agrees', async () => {
    const { box, events } = await world();
    const { agent } = agentWith(box, [call('look'), call('change'), call('look'), call('look'), 'done']);
    const paused = await agent.run('go');
    expect(paused.awaiting.map(({ name }) => name)).toEqual(['h_look']);
    expect(events).toContainEqual({ type: 'tool-changed', detail: 'look' });
    expect(events).toContainEqual({
      type: 'approval',
      detail: 'look: its definition differs from the one that was first seen or approved',
    });
    const result = await agent.run(paused.state, {
      decisions: paused.awaiting.map(({ id }) => ({ callId: id, approve: true })),
    });
    expect(result.text).toBe('done');
  });

  it('asks again if a tool changes between the approval and the call', async () => {
    const { box, run, notes } = await world({ approve: 'all' });
    const { agent } = agentWith(box, [call('look'), call('look'), 'done']);
    const paused = await agent.run('go');
    const change = box.tools.find(({ name }) => name === 'h_change');
    if (typeof change?.approval === 'function') await change.approval({});
    await run('change');
    const again = await agent.run(paused.state, {
      decisions: paused.awaiting.map(({ id }) => ({ callId: id, approve: true })),
    });
    expect(notes()).not.toContain('call look');
    expect(resultsIn(again.messages)).toContain('the server changed its definition');
    expect(again.awaiting.map(({ name }) => name)).toEqual(['h_look']);
    await agent.run(again.state, {
      decisions: again.awaiting.map(({ id }) => ({ callId: id, approve: true })),
    });
    expect(notes()).toContain('call look');
  });

  it('continues with an error result after a server ended', async () => {
    const { box } = await world();
    const { agent } = agentWith(box, [call('die'), call('look'), 'done']);
    const { text, messages } = await agent.run('go');
    expect(text).toBe('done');
    expect(resultsIn(messages)).toMatch(/The tool failed.*code 3.*seen/);
  });

  it('is refused if two servers have tools of the same name', async () => {
    const one = await world({ prefix: '' });
    const two = await world({ prefix: '', name: 'other' });
    const { model } = modelOf([]);
    expect(() => createAgent({ model, toolboxes: [one.box, two.box] })).toThrow(
      /two tools are named "look" \(toolbox "h", toolbox "other"\)/,
    );
  });
});
