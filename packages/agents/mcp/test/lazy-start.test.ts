import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectMcp, type McpEvent, type McpOptions, type McpStore, type McpToolbox } from '../src/index.ts';
import { mapStore } from './support/map-store.ts';
import { hostile, rejection, run, tempFolder } from './support/world.ts';

const entryOf = (store: ReturnType<typeof mapStore>): string =>
  [...store.entries.keys()].find((name) => name.startsWith('mcp/h/tools/')) ?? '';

interface Started {
  readonly box: McpToolbox;
  readonly events: readonly McpEvent[];
  notes(): string;
}

/** Connects to the hostile server. Each call represents a new process. */
async function started(store: McpStore, options: Partial<McpOptions> = {}, env = {}): Promise<Started> {
  const log = join(tempFolder(), 'log');
  const events: McpEvent[] = [];
  const box = await connectMcp({
    name: 'h',
    place: hostile({ LOG: log, ...env }),
    start: 'first-call',
    only: ['look', 'echo'],
    store,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  onTestFinished(() => box.close());
  return { box, events, notes: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
}

const seen = [{ type: 'text', text: 'seen' }];

describe('a server that is started at the first call', () => {
  it('is not started before, if the store has its list of tools', async () => {
    const store = mapStore();
    const first = await started(store);
    expect(first.notes()).toContain('pid');
    const { box, notes, events } = await started(store);
    expect(box.tools.map(({ name }) => name)).toEqual(['h_look', 'h_echo']);
    expect([notes(), events, box.instructions]).toEqual(['', [], undefined]);
    expect(await run(box, 'h_look')).toEqual(seen);
    expect(notes()).toContain('call look');
    expect(events.map(({ type }) => type)).toEqual(['connected']);
  });

  it.each<[string, (text: string) => string | undefined]>([
    ['is absent', () => undefined],
    ['is not JSON', () => '{'],
    ['has no tools', () => '{"place":"x"}'],
    ['has damaged tools', (text) => text.replace('"inputSchema"', '"schema"')],
    ['has damaged definitions', (text) => text.replace('"definitions":[', '"definitions":[7,')],
    ['is that of another program', (text) => text.replace('hostile.mjs', 'other.mjs')],
  ])('is started at once if its entry %s', async (_what, damage) => {
    const store = mapStore();
    await started(store);
    const name = entryOf(store);
    const damaged = damage(store.entries.get(name) ?? '');
    expect(damaged).not.toBe(store.entries.get(name));
    await store.set(name, damaged);
    const { box, notes } = await started(store);
    expect(notes()).toContain('pid');
    expect(box.tools).toHaveLength(2);
  });

  it('is started at once with start: now', async () => {
    const store = mapStore();
    await started(store);
    expect((await started(store, { start: 'now' })).notes()).toContain('pid');
  });

  it('that fails to start fails the call, and is started again by the next', async () => {
    const store = mapStore();
    await started(store);
    const broken = await started(store, { connectMs: 200 }, { MODE: 'mute' });
    expect(await rejection(run(broken.box, 'h_look'))).toMatchObject({ kind: 'timeout' });
  });
});

/** Changes a definition in the stored list and in the first definitions, as if the server had had another one before. */
function withOldDefinition(store: ReturnType<typeof mapStore>): void {
  const name = entryOf(store);
  store.entries.set(name, (store.entries.get(name) ?? '').replaceAll('Looks', 'Watches'));
}

const call = (name: string): Turn => ({ toolCalls: [{ name, args: {} }] });

function agentWith(box: McpToolbox, turns: readonly Turn[]) {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return createAgent({ model, toolboxes: [box] });
}

describe('a tool that has changed since an earlier process', () => {
  it('does not run with the definition of the stored list, and asks for approval, once', async () => {
    const store = mapStore();
    await started(store);
    withOldDefinition(store);
    const { box, notes, events } = await started(store);
    const agent = agentWith(box, [call('h_look'), call('h_look'), 'done']);
    const paused = await agent.run('go');
    expect(notes()).not.toContain('call look');
    expect(paused.awaiting.map(({ name }) => name)).toEqual(['h_look']);
    expect(events).toContainEqual({ type: 'tool-changed', detail: 'look' });
    const decisions = paused.awaiting.map(({ id }) => ({ callId: id, approve: true as const }));
    expect((await agent.run(paused.state, { decisions })).text).toBe('done');
    expect(notes()).toContain('call look');
    // The approval is stored.
    const later = await started(store);
    expect((await agentWith(later.box, [call('h_look'), 'done']).run('go')).text).toBe('done');
  });

  it('asks for approval also with start: now', async () => {
    const store = mapStore();
    await started(store);
    withOldDefinition(store);
    const { box } = await started(store, { start: 'now' });
    expect((await agentWith(box, [call('h_look'), 'done']).run('go')).awaiting).toHaveLength(1);
  });
});

it('a store that fails is an error that names it', async () => {
  const failing: McpStore = { get: () => Promise.reject(new Error('disk')), set: () => Promise.resolve() };
  expect(await rejection(started(failing))).toMatchObject({
    kind: 'server',
    message: 'mcp "h": the store failed: disk',
    cause: { message: 'disk' },
  });
  const full: McpStore = {
    get: () => Promise.resolve(undefined),
    set: () => Promise.reject(new Error('full')),
  };
  expect(await rejection(started(full))).toMatchObject({ message: 'mcp "h": the store failed: full' });
});
