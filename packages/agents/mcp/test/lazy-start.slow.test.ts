import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { McpEvent, McpOptions, McpToolbox, RecordStore } from '../src/index.ts';
import { agentWith } from './support/in-process.ts';
import { changeEntries, entriesOf } from './support/entries.ts';
import { memoryRecords } from '@majordomo/records';
import { hostile, rejection, run, testFolder, testToolbox } from './support/world.ts';

interface Started {
  readonly box: McpToolbox;
  readonly events: readonly McpEvent[];
  notes(): string;
}

/** Connects to the hostile server. Each call represents a new process. */
async function started(records: RecordStore, options: Partial<McpOptions> = {}, env = {}): Promise<Started> {
  const log = join(testFolder(), 'log');
  const events: McpEvent[] = [];
  const box = await testToolbox({
    name: 'h',
    place: hostile({ LOG: log, ...env }),
    start: 'first-call',
    only: ['look', 'echo'],
    records,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { box, events, notes: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
}

const seen = [{ type: 'text', text: 'seen' }];

describe('a server that is started at the first call', () => {
  it('is not started before, if the store has its list of tools', async () => {
    const records = memoryRecords();
    const first = await started(records);
    expect(first.notes()).toContain('pid');
    const { box, notes, events } = await started(records);
    expect(box.tools.map(({ name }) => name)).toEqual(['h_look', 'h_echo']);
    expect([notes(), events, box.instructions]).toEqual(['', [], undefined]);
    expect(await run(box, 'h_look')).toEqual(seen);
    expect(notes()).toContain('call look');
    expect(events.map(({ type }) => type)).toEqual(['connected']);
  });

  it('is started at once if its entry is that of another program', async () => {
    const records = memoryRecords();
    await started(records);
    const [before] = await entriesOf(records, 'tools');
    await changeEntries(records, 'tools', (value) => value.replace('hostile.mjs', 'other.mjs'));
    expect((await entriesOf(records, 'tools'))[0]?.value).not.toBe(before?.value);
    const { box, notes } = await started(records);
    expect(notes()).toContain('pid');
    expect(box.tools).toHaveLength(2);
  });

  it('is started at once with start: now', async () => {
    const records = memoryRecords();
    await started(records);
    expect((await started(records, { start: 'now' })).notes()).toContain('pid');
  });

  it('that fails to start fails the call, and is started again by the next', async () => {
    const records = memoryRecords();
    await started(records);
    const broken = await started(records, { connectMs: 200 }, { MODE: 'mute' });
    expect(await rejection(run(broken.box, 'h_look'))).toMatchObject({ kind: 'timeout' });
  });
});

/** Changes a definition in the stored list and in the first definitions, as if the server had had another one before. */
const withOldDefinition = (records: RecordStore): Promise<void> =>
  changeEntries(records, 'tools', (value) => value.replaceAll('Looks', 'Watches'));

const call = (name: string): Turn => ({ toolCalls: [{ name, args: {} }] });

describe('a tool that has changed since an earlier process', () => {
  it('does not run with the definition of the stored list, and asks for approval, once', async () => {
    const records = memoryRecords();
    await started(records);
    await withOldDefinition(records);
    const { box, notes, events } = await started(records);
    const { agent } = agentWith(box, [call('h_look'), call('h_look'), 'done']);
    const paused = await agent.run('go');
    expect(notes()).not.toContain('call look');
    expect(paused.awaiting.map(({ name }) => name)).toEqual(['h_look']);
    expect(events).toContainEqual({ type: 'tool-changed', detail: 'look' });
    const decisions = paused.awaiting.map(({ id }) => ({ callId: id, approve: true as const }));
    expect((await agent.run(paused.state, { decisions })).text).toBe('done');
    expect(notes()).toContain('call look');
    // The approval is stored.
    const later = await started(records);
    expect((await agentWith(later.box, [call('h_look'), 'done']).agent.run('go')).text).toBe('done');
  });

  it('asks for approval also with start: now', async () => {
    const records = memoryRecords();
    await started(records);
    await withOldDefinition(records);
    const { box } = await started(records, { start: 'now' });
    expect((await agentWith(box, [call('h_look'), 'done']).agent.run('go')).awaiting).toHaveLength(1);
  });
});

it('a store that fails is an error that names it', async () => {
  const failing = { ...memoryRecords(), get: () => Promise.reject(new Error('disk')) };
  expect(await rejection(started(failing))).toMatchObject({
    kind: 'server',
    message: 'mcp "h": the store failed: disk',
    cause: { message: 'disk' },
  });
  const full = { ...memoryRecords(), write: () => Promise.reject(new Error('full')) };
  expect(await rejection(started(full))).toMatchObject({ message: 'mcp "h": the store failed: full' });
});
