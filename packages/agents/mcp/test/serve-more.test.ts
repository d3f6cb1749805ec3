import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentTool, createAgent, defineTool, suspend, type Agent } from '@majordomo/agent';
import { user } from '@majordomo/core';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  serveMcp,
  type McpOptions,
  type McpServerHandle,
  type McpToolbox,
  type ServeOptions,
} from '../src/index.ts';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { modelOf, officialClient, placeOf } from './support/in-process.ts';
import { closing, rejection, run, testFolder, testToolbox } from './support/world.ts';

const BOTH = [['2025'], ['auto']] as const;

const serverOf = (options: Partial<ServeOptions>): McpServerHandle =>
  closing(serveMcp({ name: 'sky', version: '1', tools: [], sessions: 10, ...options }));

const boxOf = (options: Partial<ServeOptions>, client: Partial<McpOptions> = {}): Promise<McpToolbox> =>
  testToolbox({ name: 's', prefix: '', place: placeOf(serverOf(options)), approve: 'none', ...client });

const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);

describe.each(BOTH)('for the official client of %s, a server', (protocol) => {
  it('serves resources as text and bytes', async () => {
    const client = await officialClient(
      serverOf({
        resources: [
          {
            uri: 'sky://rules',
            name: 'Rules',
            description: 'All',
            mediaType: 'text/plain',
            read: () => 'No rain.',
          },
          { uri: 'sky://map', name: 'Map', mediaType: 'image/png', read: () => Promise.resolve(png) },
        ],
      }),
      protocol,
    );
    expect((await client.listResources()).resources).toMatchObject([
      { uri: 'sky://rules', name: 'Rules', description: 'All', mimeType: 'text/plain' },
      { uri: 'sky://map', name: 'Map', mimeType: 'image/png' },
    ]);
    expect((await client.readResource({ uri: 'sky://rules' })).contents).toEqual([
      { uri: 'sky://rules', mimeType: 'text/plain', text: 'No rain.' },
    ]);
    expect((await client.readResource({ uri: 'sky://map' })).contents).toEqual([
      { uri: 'sky://map', mimeType: 'image/png', blob: 'iVBORw0KGgo=' },
    ]);
    await expect(client.readResource({ uri: 'sky://none' })).rejects.toThrow();
  });

  it('serves prompts with checked arguments, and the instructions of skills', async () => {
    const client = await officialClient(
      serverOf({
        prompts: [
          {
            name: 'trip',
            description: 'Plans',
            arguments: [{ name: 'city', description: 'Where', required: true }, { name: 'month' }],
            messages: ({ city = '', month = 'May' }) => `Plan a trip to ${city} in ${month}.`,
          },
          {
            name: 'look',
            messages: () => [user('See', { type: 'image', mediaType: 'image/png', bytes: png })],
          },
        ],
        skills: [{ name: 'house-rules', instructions: 'Never on a Sunday.' }],
      }),
      protocol,
    );
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['trip', 'look', 'house-rules']);
    expect(prompts[0]).toMatchObject({
      description: 'Plans',
      arguments: [
        { name: 'city', description: 'Where', required: true },
        { name: 'month', required: false },
      ],
    });
    const text = (value: string) => ({ role: 'user', content: { type: 'text', text: value } });
    const trip = await client.getPrompt({ name: 'trip', arguments: { city: 'Rome' } });
    expect(trip.messages).toEqual([text('Plan a trip to Rome in May.')]);
    expect((await client.getPrompt({ name: 'look' })).messages).toEqual([
      text('See'),
      { role: 'user', content: { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' } },
    ]);
    expect((await client.getPrompt({ name: 'house-rules' })).messages).toEqual([text('Never on a Sunday.')]);
    await expect(client.getPrompt({ name: 'trip' })).rejects.toMatchObject({ code: -32602 });
    await expect(client.getPrompt({ name: 'none' })).rejects.toMatchObject({ code: -32602 });
  });

  it('serves a folder of skills', async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'greet'));
    writeFileSync(join(folder, 'greet/SKILL.md'), '---\nname: greet\ndescription: Greets\n---\nSay hello.\n');
    const client = await officialClient(serverOf({ skillsFolder: folder }), protocol);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain('skill://greet/SKILL.md');
    expect((await client.readResource({ uri: 'skill://greet/SKILL.md' })).contents).toMatchObject([
      { text: expect.stringContaining('Say hello.') as string },
    ]);
  });
});

it('tools of skills are served among the tools', async () => {
  const dig = defineTool({
    name: 'dig',
    description: 'Digs',
    parameters: { type: 'object' },
    run: () => 'dug',
  });
  const box = await boxOf({ skills: [{ name: 'garden', tools: [dig] }] });
  expect(await run(box, 'dig')).toEqual([{ type: 'text', text: 'dug' }]);
  expect(await box.prompts()).toEqual([]);
});

it('a folder of skills that cannot be read is an error of kind config', async () => {
  const server = serverOf({ skillsFolder: join(testFolder(), 'none') });
  for (const work of [server.fetch(new Request('http://localhost')), server.stdio()])
    expect(await rejection(work)).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('serveMcp: skillsFolder cannot be read: ') as string,
      details: { path: 'skillsFolder' },
      cause: expect.any(Error) as Error,
    });
});

it('loads a folder of skills again after a failure', async () => {
  const skillsFolder = join(testFolder(), 'later');
  const server = serverOf({ skillsFolder });
  const request = () => server.fetch(new Request('http://localhost'));
  expect(await rejection(request())).toMatchObject({ kind: 'config' });
  mkdirSync(skillsFolder);
  expect(await request()).toBeInstanceOf(Response);
});

it.each<[string, Partial<ServeOptions>]>([
  [
    'two prompts',
    { prompts: [{ name: 'a', messages: () => '' }], skills: [{ name: 'a', instructions: '' }] },
  ],
  ['two tools', { agents: [1, 2].map(() => ({ name: 'a', description: '', agent: {} as never })) }],
  [
    'exists twice',
    { resources: [1, 2].map(() => ({ uri: 'x://y', name: 'a', mediaType: 'text/plain', read: () => '' })) },
  ],
  ['is not an absolute', { resources: [{ uri: 'x', name: 'a', mediaType: 'text/plain', read: () => '' }] }],
  ['prompts', { prompts: 7 as never }],
  ['records', { records: {} as never }],
])('%s are rejected before a client connects', (message, options) => {
  expect(() => serveMcp({ name: 'x', version: '1', tools: [], ...options })).toThrow(message);
});

function bookingAgent(turns: readonly Turn[]): { agent: Agent; booked: unknown[] } {
  const booked: unknown[] = [];
  const book = defineTool({
    name: 'book',
    description: 'Books',
    parameters: z.object({ city: z.string() }),
    approval: true,
    run: ({ city }) => (booked.push(city), `booked ${city}`),
  });
  const ask = defineTool({
    name: 'wait',
    description: 'Waits',
    parameters: { type: 'object' },
    run: () => suspend(),
  });
  const { model } = modelOf(turns);
  return { agent: createAgent({ model, tools: [book, ask] }), booked };
}

const book = (city: string): Turn => ({ toolCalls: [{ name: 'book', args: { city } }] });
const clerk = (agent: Agent) => [{ name: 'ask_clerk', description: 'Books journeys', agent }];
const accept = { action: 'accept', content: {} } as const;

describe.each(BOTH)('for a client of %s, a served agent', (protocol) => {
  it('answers a task', async () => {
    const box = await boxOf({ agents: clerk(bookingAgent(['Hello.']).agent) }, { protocol });
    expect(box.tools[0]).toMatchObject({ name: 'ask_clerk', description: 'Books journeys' });
    expect(await run(box, 'ask_clerk', { task: 'Greet.' })).toEqual([{ type: 'text', text: 'Hello.' }]);
    await expect(run(box, 'ask_clerk', {})).rejects.toThrow('task must be a string');
  });

  it('asks the person before each call that needs approval', async () => {
    const { agent, booked } = bookingAgent([book('Rome'), book('Oslo'), 'Booked both.']);
    const questions: string[] = [];
    const box = await boxOf(
      { agents: clerk(agent) },
      { protocol, onElicit: ({ message }) => (questions.push(message), accept) },
    );
    expect(await run(box, 'ask_clerk', { task: 'Book.' })).toEqual([{ type: 'text', text: 'Booked both.' }]);
    expect(questions).toEqual(['May book run with {"city":"Rome"}?', 'May book run with {"city":"Oslo"}?']);
    expect(booked).toEqual(['Rome', 'Oslo']);
  });

  it.each([
    ['declines', { onElicit: () => ({ action: 'decline' as const }) }],
    ['cannot be asked', {}],
  ])('does not run such a call if the person %s', async (_what, options) => {
    const { agent, booked } = bookingAgent([book('Rome'), 'Not booked.']);
    const box = await boxOf({ agents: clerk(agent), approvals: 'client' }, { protocol, ...options });
    expect(await run(box, 'ask_clerk', { task: 'Book.' })).toEqual([{ type: 'text', text: 'Not booked.' }]);
    expect(booked).toEqual([]);
  });

  it('has the context of the call also after a call was denied', async () => {
    const contexts: unknown[] = [];
    const tools = ['note', 'wipe'].map((name) =>
      defineTool({
        name,
        description: name,
        parameters: { type: 'object' },
        approval: name === 'wipe',
        run: (_args, { context }) => (contexts.push(context), 'done'),
      }),
    );
    const turns = ['note', 'wipe', 'note'].map((name) => ({ toolCalls: [{ name, args: {} }] }));
    const { model } = modelOf([...turns, 'Noted twice.']);
    const box = await boxOf({ agents: clerk(createAgent({ model, tools })) }, { protocol });
    await run(box, 'ask_clerk', { task: 'Note.' });
    expect(contexts).toHaveLength(2);
    expect(contexts[0]).toBeDefined();
    expect(contexts[1]).toBe(contexts[0]);
  });

  it('asks for the calls of its sub-agents', async () => {
    const { agent: inner, booked } = bookingAgent([book('Rome'), 'Booked.']);
    const { model } = modelOf([{ toolCalls: [{ name: 'sub', args: { task: 'Book.' } }] }, 'All done.']);
    const sub = agentTool({ name: 'sub', description: 'Books', agent: inner });
    const box = await boxOf(
      { agents: clerk(createAgent({ model, tools: [sub] })) },
      { protocol, onElicit: () => accept },
    );
    expect(await run(box, 'ask_clerk', { task: 'x' })).toEqual([{ type: 'text', text: 'All done.' }]);
    expect(booked).toEqual(['Rome']);
  });

  it('fails with the reason, and denies calls that wait for a result', async () => {
    const box = await boxOf({ agents: clerk(bookingAgent([]).agent) }, { protocol });
    await expect(run(box, 'ask_clerk', { task: 'x' })).rejects.toThrow('The agent failed');
    const waiting = bookingAgent([{ toolCalls: [{ name: 'wait', args: {} }] }, 'Went on.']);
    const other = await boxOf({ agents: clerk(waiting.agent) }, { protocol, onElicit: () => accept });
    expect(await run(other, 'ask_clerk', { task: 'x' })).toEqual([{ type: 'text', text: 'Went on.' }]);
  });
});

describe('a run of a served agent that waits', () => {
  /** Starts a run at one server, and returns what the client received. */
  async function paused(records: RecordStore) {
    const { agent, booked } = bookingAgent([book('Rome'), 'Booked.']);
    const options = { agents: clerk(agent), records };
    const box = await boxOf(options, { protocol: 'auto', suspend: ['elicitation'] });
    const call = { toolCalls: [{ id: 'c1', name: 'ask_clerk', args: { task: 'Book.' } }] };
    const { model } = modelOf([call, 'done']);
    const { state } = await createAgent({ model, toolboxes: [box] }).run('go');
    return { state, options, booked };
  }

  const other = (options: Partial<ServeOptions>) =>
    boxOf(options, { protocol: 'auto', suspend: ['elicitation'] });
  const replies = { c1: accept };

  it('continues within an hour at another server with the same store, once, and the client holds a random id only', async () => {
    const records = memoryRecords();
    const { state, options, booked } = await paused(records);
    const [waiting] = state.suspended ?? [];
    const { requestState } = waiting?.payload as { requestState: string };
    expect(requestState).toMatch(/^[\da-f-]{36}$/);
    expect(await records.list('mcp-runs', { limit: 9 })).toMatchObject([{ key: requestState }]);
    const box = await other(options);
    expect((await box.settle(state, replies)).decisions).toEqual([{ callId: 'c1', result: 'Booked.' }]);
    expect((await box.settle(state, replies)).decisions).toMatchObject([
      { deny: expect.stringContaining('ended or expired') as string },
    ]);
    expect([booked, await records.counts('mcp-runs')]).toEqual([['Rome'], {}]);
  });
});

it.each(BOTH)('embeds a text document that a tool returns, with its address (%s)', async (protocol) => {
  const bytes = new TextEncoder().encode('Rain.');
  const tool = defineTool({
    name: 'report',
    description: 'x',
    parameters: z.object({}),
    run: () => [{ type: 'file', mediaType: 'text/plain', name: 'sky://report', bytes } as const],
  });
  const client = await officialClient(serverOf({ tools: [tool] }), protocol);
  expect((await client.callTool({ name: 'report', arguments: {} })).content).toEqual([
    { type: 'resource', resource: { uri: 'sky://report', mimeType: 'text/plain', text: 'Rain.' } },
  ]);
});

it.each(BOTH)('lists a tool with the dialect of its JSON Schema (%s)', async (protocol) => {
  const parameters = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {},
  };
  const tool = defineTool({ name: 'report', description: 'x', parameters, run: () => 'rain' });
  const client = await officialClient(serverOf({ tools: [tool] }), protocol);
  expect((await client.listTools()).tools[0]?.inputSchema).toEqual(parameters);
});
