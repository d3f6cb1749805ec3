import { agentTool, createAgent } from '@majordomo/agent';
import { fakeClock, type Turn } from '@majordomo/testing';
import { inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { McpOptions, McpReply, McpToolbox } from '../src/index.ts';
import { memoryRecords } from '@majordomo/records';
import { agentWith, modelOf, throughJson } from './support/in-process.ts';
import { modernServer, type RpcRequest } from './support/modern-server.ts';
import { rejection, run, testToolbox, until, world } from './support/world.ts';

const NAME = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const;
const form = (message: string) =>
  inputRequired.elicit({ mode: 'form', message, requestedSchema: NAME as never });

/** Server whose tools ask the user. The state of a question travels in `requestState`. */
function asking(server: McpServer): void {
  server.registerTool(
    'hello',
    { inputSchema: z.object({ greeting: z.string() }) },
    ({ greeting }, { mcpReq }) => {
      const answer = mcpReq.inputResponses?.['who'] as
        | { action: string; content?: { name: string } }
        | undefined;
      if (answer === undefined)
        return inputRequired({ inputRequests: { who: form('Who?') }, requestState: `state of ${greeting}` });
      const text = `${greeting} ${answer.content?.name ?? answer.action} (${String(mcpReq.requestState())})`;
      return { content: [{ type: 'text', text }] };
    },
  );
  server.registerTool('twice', { inputSchema: z.object({}) }, (_args, { mcpReq }) => {
    const step = mcpReq.requestState() ?? 'first';
    if (step === 'first' && mcpReq.inputResponses === undefined)
      return inputRequired({ inputRequests: { a: form('First?') }, requestState: 'first' });
    if (step === 'first')
      return inputRequired({ inputRequests: { b: form('Second?') }, requestState: 'second' });
    return { content: [{ type: 'text', text: 'asked twice' }] };
  });
  server.registerTool('both', { inputSchema: z.object({}) }, (_args, { mcpReq }) => {
    const { a, b, r } = (mcpReq.inputResponses ?? {}) as Record<string, { roots?: unknown[] }>;
    if (a === undefined || b === undefined || r === undefined)
      return inputRequired({ inputRequests: { a: form('A?'), b: form('B?'), r: inputRequired.listRoots() } });
    return { content: [{ type: 'text', text: `roots ${r.roots?.length ?? 0}` }] };
  });
  server.registerTool('fails', { inputSchema: z.object({}) }, (_args, { mcpReq }) =>
    mcpReq.inputResponses === undefined
      ? inputRequired({ inputRequests: { a: form('A?') } })
      : { content: [{ type: 'text', text: 'no such journey' }], isError: true },
  );
}

async function connected(url: string, options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  return testToolbox({
    name: 'm',
    prefix: '',
    place: { url },
    protocol: 'auto',
    suspend: ['elicitation'],
    ...options,
  });
}

const call = (name: string, args = {}): Turn => ({ toolCalls: [{ id: 'c1', name, args }] });
const ann: McpReply = { action: 'accept', content: { name: 'Ann' } };

describe('a question of a server of 2026', () => {
  it('pauses the run, and is answered in another process over another connection', async () => {
    const { url } = await modernServer(asking);
    const paused = await agentWith(await connected(url), [call('hello', { greeting: 'Hi' })]).agent.run('go');
    expect(paused.state.suspended).toEqual([
      {
        callId: 'c1',
        payload: {
          type: 'mcp-elicitation',
          server: 'm',
          tool: 'hello',
          args: { greeting: 'Hi' },
          questions: { who: { mode: 'form', message: 'Who?', schema: NAME } },
          requestState: 'state of Hi',
        },
      },
    ]);
    const box = await connected(url);
    const settled = await box.settle(throughJson(paused.state), { c1: ann });
    expect(settled.decisions).toEqual([{ callId: 'c1', result: 'Hi Ann (state of Hi)' }]);
    const result = await agentWith(box, ['done']).agent.run(settled.state, { decisions: settled.decisions });
    expect(result.text).toBe('done');
  });

  it.each(['decline', 'cancel'] as const)('may be answered with %s', async (action) => {
    const { url } = await modernServer(asking);
    const box = await connected(url);
    const { state } = await agentWith(box, [call('hello', { greeting: 'Hi' })]).agent.run('go');
    expect((await box.settle(state, { c1: { action } })).decisions).toEqual([
      { callId: 'c1', result: `Hi ${action} (state of Hi)` },
    ]);
  });

  it('rejects an answer that does not match the form, and still waits', async () => {
    const { url, requests } = await modernServer(asking);
    const box = await connected(url);
    const { state } = await agentWith(box, [call('hello', { greeting: 'Hi' })]).agent.run('go');
    const before = requests.length;
    const answers: Record<string, McpReply> = { c1: { action: 'accept', content: { name: 7 } } };
    expect(await rejection(box.settle(state, answers))).toMatchObject({
      kind: 'invalid-request',
      details: { path: 'answers["c1"]' },
    });
    expect(requests).toHaveLength(before);
    expect((await box.settle(state, { c1: ann })).decisions).toHaveLength(1);
  });

  it('may be followed by another, which is in the returned state', async () => {
    const { url } = await modernServer(asking);
    const box = await connected(url);
    const { state } = await agentWith(box, [call('twice')]).agent.run('go');
    const first = await box.settle(throughJson(state), { c1: ann });
    expect(first.decisions).toEqual([]);
    expect(first.state.suspended).toMatchObject([
      { payload: { questions: { b: { message: 'Second?' } }, requestState: 'second' } },
    ]);
    const second = await box.settle(throughJson(first.state), { c1: ann });
    expect(second.decisions).toEqual([{ callId: 'c1', result: 'asked twice' }]);
  });

  it('may be one of several, next to a request that needs no user', async () => {
    const { url } = await modernServer(asking);
    const box = await connected(url, { roots: ['file:///home/me'] });
    const { state } = await agentWith(box, [call('both')]).agent.run('go');
    expect((await box.settle(state, { 'c1#a': ann })).decisions).toEqual([]);
    expect((await box.settle(state, { 'c1#a': ann, 'c1#b': ann })).decisions).toEqual([
      { callId: 'c1', result: 'roots 1' },
    ]);
  });

  it('inside a sub-agent is answered by its path', async () => {
    const { url } = await modernServer(asking);
    const box = await connected(url);
    const { agent: clerk } = agentWith(box, [call('twice'), 'booked']);
    const { model } = modelOf([
      { toolCalls: [{ id: 'p1', name: 'clerk', args: { task: 'Book.' } }] },
      'done',
    ]);
    const tools = [agentTool({ name: 'clerk', description: 'Books', agent: clerk })];
    const outer = createAgent({ model, tools });
    const paused = await outer.run('go');
    expect(paused.awaiting.map(({ id }) => id)).toEqual(['p1/c1']);
    const first = await box.settle(throughJson(paused.state), { 'p1/c1': ann });
    expect(first).toMatchObject({
      decisions: [],
      state: { runs: { p1: { suspended: [{ payload: { requestState: 'second' } }] } } },
    });
    const second = await box.settle(throughJson(first.state), { 'p1/c1': ann });
    expect(second.decisions).toEqual([{ callId: 'p1/c1', result: 'asked twice' }]);
    const result = await outer.run(second.state, { decisions: second.decisions });
    expect(result.text).toBe('done');
    expect(JSON.stringify(result.messages)).toContain('booked');
  });

  it('denies the call if the tool fails, or has changed meanwhile', async () => {
    let description = 'one';
    const { url } = await modernServer((server) => {
      asking(server);
      server.registerTool('late', { description, inputSchema: z.object({}) }, () =>
        inputRequired({ inputRequests: { a: form('A?') } }),
      );
    });
    const box = await connected(url);
    const failed = await agentWith(box, [call('fails')]).agent.run('go');
    expect((await box.settle(failed.state, { c1: ann })).decisions).toEqual([
      { callId: 'c1', deny: 'the tool failed: no such journey' },
    ]);
    const paused = await agentWith(box, [call('late')]).agent.run('go');
    description = 'two';
    await box.refresh();
    expect((await box.settle(paused.state, { c1: ann })).decisions).toEqual([
      { callId: 'c1', deny: expect.stringContaining('the server changed its definition') as string },
    ]);
  });

  it('keeps its answer for later if the server cannot be reached', async () => {
    const { url } = await modernServer(asking);
    const { state } = await agentWith(await connected(url), [call('hello', { greeting: 'Hi' })]).agent.run(
      'go',
    );
    let isDown = false;
    const fetch: typeof globalThis.fetch = (input, init) =>
      isDown ? Promise.reject(new TypeError('fetch failed')) : globalThis.fetch(input, init);
    const records = memoryRecords();
    const options: Partial<McpOptions> = { place: { url, fetch }, records, start: 'first-call' };
    await connected(url, options);
    isDown = true;
    const box = await connected(url, options);
    expect(await rejection(box.settle(state, { c1: ann }))).toMatchObject({ kind: 'network' });
    isDown = false;
    expect((await box.settle(state, { c1: ann })).decisions).toHaveLength(1);
  });
});

describe('a question of a server of 2025', () => {
  it('is cancelled, because it is a live request', async () => {
    const { run: call2025 } = await world({ suspend: ['elicitation'] });
    expect(await call2025('form')).toEqual([{ type: 'text', text: '{"action":"cancel"}' }]);
  });
});

const TASK = { taskId: 't1', ttlMs: 60_000, pollIntervalMs: 100 };

/** Whether the client of a request accepts tasks. */
function declaresTasks(params: RpcRequest['params']): boolean {
  const meta = params?.['_meta'] as Record<string, { extensions?: object } | undefined> | undefined;
  const { extensions = {} } = meta?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
  return 'io.modelcontextprotocol/tasks' in extensions;
}

/** Server of 2026 with the extension for tasks, which the SDK does not implement. */
function taskServer(states: readonly object[]) {
  let at = 0;
  const updates: unknown[] = [];
  const methods: string[] = [];
  const server = modernServer(
    (sdk) => {
      sdk.registerTool(
        'slow',
        { inputSchema: z.object({}), outputSchema: z.object({ n: z.number() }) },
        () => ({
          content: [],
          structuredContent: { n: 1 },
        }),
      );
    },
    ({ method = '', params }) => {
      methods.push(method);
      if (method === 'tools/call' && declaresTasks(params))
        return { resultType: 'task', status: 'working', ...TASK };
      if (method === 'tasks/update') {
        updates.push(params?.['inputResponses']);
        return { resultType: 'complete' };
      }
      if (method === 'tasks/cancel') return { resultType: 'complete' };
      if (method !== 'tasks/get') return undefined;
      if (states.length === 0) throw new Error('down');
      const state = states[Math.min(at, states.length - 1)];
      at += 1;
      return { resultType: 'complete', ...TASK, ...state };
    },
  );
  return { server, updates, methods };
}

const working = { status: 'working' };
const completed = {
  status: 'completed',
  result: {
    content: [
      { type: 'text', text: 'report' },
      { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
    ],
  },
};
const input = {
  status: 'input_required',
  inputRequests: {
    who: { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', requestedSchema: NAME } },
  },
};

describe('a task of a server of 2026', () => {
  it('is polled until it ends', async () => {
    const { server, methods } = taskServer([working, working, completed]);
    const box = await connected((await server).url, { suspend: [] });
    expect(await run(box, 'slow')).toMatchObject([{ type: 'text', text: 'report' }, { type: 'image' }]);
    expect(methods.filter((method) => method === 'tasks/get')).toHaveLength(3);
  });

  it('is cancelled when the call is aborted', async () => {
    const { server, methods } = taskServer([working]);
    const box = await connected((await server).url, { suspend: [] });
    const controller = new AbortController();
    const outcome = rejection(run(box, 'slow', {}, { signal: controller.signal }));
    await until(() => methods.includes('tasks/get'));
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await until(() => methods.includes('tasks/cancel'));
  });

  it('is cancelled when a request for its state fails', async () => {
    const { server, methods } = taskServer([]);
    const box = await connected((await server).url, { suspend: [] });
    expect(await rejection(run(box, 'slow'))).toMatchObject({ kind: 'network' });
    await until(() => methods.includes('tasks/cancel'));
  });

  it('is cancelled when the toolbox is closed', async () => {
    const { server, methods } = taskServer([working]);
    const box = await connected((await server).url, { suspend: [] });
    const outcome = rejection(run(box, 'slow'));
    await until(() => methods.includes('tasks/get'));
    await box.close();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    expect(methods).toContain('tasks/cancel');
  });

  it('is polled within `totalMs`, and is cancelled afterward', async () => {
    const { server, methods } = taskServer([working]);
    const clock = fakeClock();
    const box = await connected((await server).url, { suspend: [], clock, totalMs: 3000 });
    let isOver = false;
    const outcome = rejection(run(box, 'slow')).finally(() => {
      isOver = true;
    });
    await until(() => methods.includes('tools/call'));
    await until(() => {
      void clock.advance(500);
      return isOver;
    });
    expect(await outcome).toMatchObject({ kind: 'timeout' });
    await until(() => methods.includes('tasks/cancel'));
  });

  it('asks the user once, and continues', async () => {
    const { server, updates } = taskServer([input, input, completed]);
    const questions: string[] = [];
    const box = await connected((await server).url, {
      suspend: [],
      onElicit: ({ message }) => (questions.push(message), ann),
    });
    expect(await run(box, 'slow')).toMatchObject([{ text: 'report' }, {}]);
    expect(questions).toEqual(['Who?']);
    expect(updates).toEqual([{ who: { action: 'accept', content: { name: 'Ann' } } }]);
  });

  it('pauses the run with `suspend`, and is settled when it has ended', async () => {
    const { server } = taskServer([working, completed]);
    const { url } = await server;
    const paused = await agentWith(await connected(url, { suspend: ['task'] }), [call('slow')]).agent.run(
      'go',
    );
    expect(paused.state.suspended).toEqual([
      { callId: 'c1', payload: { type: 'mcp-task', server: 'm', tool: 'slow', taskId: 't1' } },
    ]);
    const box = await connected(url, { suspend: ['task'] });
    expect((await box.settle(throughJson(paused.state))).decisions).toEqual([]);
    expect((await box.settle(throughJson(paused.state))).decisions).toEqual([
      { callId: 'c1', result: 'report\n[image/png, 8 bytes, omitted]' },
    ]);
  });

  it('with a question is settled in two steps', async () => {
    const { server, updates } = taskServer([input, input, completed]);
    const box = await connected((await server).url, { suspend: ['elicitation', 'task'] });
    const { state } = await agentWith(box, [call('slow')]).agent.run('go');
    const asked = await box.settle(state);
    expect(asked).toMatchObject({
      decisions: [],
      state: { suspended: [{ payload: { taskId: 't1', questions: { who: { message: 'Who?' } } } }] },
    });
    const answered = await box.settle(throughJson(asked.state), { c1: ann });
    expect(updates).toHaveLength(1);
    expect(answered.decisions).toEqual([]);
    expect(JSON.stringify(answered.state)).not.toContain('Who?');
    expect((await box.settle(answered.state)).decisions).toMatchObject([{ callId: 'c1' }]);
  });

  it('that is unreachable prevents that an answer is sent and lost', async () => {
    const { url, requests } = await modernServer(asking, ({ method }) => {
      if (method === 'tasks/get') throw new Error('down');
      return undefined;
    });
    const box = await connected(url, { suspend: ['elicitation', 'task'] });
    const { state } = await agentWith(box, [
      {
        toolCalls: [
          { id: 'c1', name: 'hello', args: { greeting: 'Hi' } },
          { id: 'c2', name: 'hello', args: { greeting: 'Ho' } },
        ],
      },
    ]).agent.run('go');
    const task = { type: 'mcp-task', server: 'm', tool: 'slow', taskId: 't1' };
    const suspended = (state.suspended ?? []).map((one) =>
      one.callId === 'c2' ? { ...one, payload: task } : one,
    );
    const calls = (): number => requests.filter(({ method }) => method === 'tools/call').length;
    const before = calls();
    expect(await rejection(box.settle({ ...state, suspended }, { c1: ann }))).toMatchObject({
      kind: 'network',
    });
    expect(calls()).toBe(before);
  });
});
