import { sseEvent } from '@majordomo/core/toolkit';
import { defineTool } from '@majordomo/agent';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { initialized, RPC_URL, rpcServer, type RpcMessage } from '../../test/support/rpc-server.ts';
import { countingClock, rejection, run, testToolbox, until } from '../../test/support/world.ts';
import { connectMcp } from '../connect-mcp.ts';
import { Entry } from '../entry.ts';
import type { McpOptions } from '../options.ts';
import { reportProgress } from '../serve/progress.ts';
import { serveMcp } from '../serve/serve-mcp.ts';
import { pauseAfter } from './connection.ts';
import type { StoredList } from './stored-list.ts';

/** Stores the list of tools of a server. */
const storeList = (records: RecordStore, url: string, tools: StoredList['tools']) =>
  new Entry<StoredList>({ records, name: 'x', place: { url } }, 'tools').write({
    tools,
    definitions: [],
    hasResources: true,
  });

it.each([
  [1, 250],
  [2, 500],
  [6, 8000],
  [7, 10_000],
  [20, 10_000],
])('the pause after %i failures lasts %i ms', (failures, ms) => {
  expect(pauseAfter(failures)).toBe(ms);
});

/** Returns whether a promise is settled, after other work has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.finally(() => (settled = true)).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

it('ends an attempt to connect after a minute', async () => {
  const clock = fakeClock();
  const requests: unknown[] = [];
  const fetch = (url: unknown): Promise<Response> => {
    requests.push(url);
    return new Promise(() => undefined);
  };
  const outcome = rejection(connectMcp({ name: 'x', place: { url: 'http://localhost', fetch }, clock }));
  await until(() => requests.length > 0);
  await clock.advance(59_999);
  expect(await isSettled(outcome)).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": connecting: no result within 60000 ms; raise totalMs or connectMs',
  });
});

it('ends an attempt to connect if the server does not answer the message "initialized"', async () => {
  const clock = fakeClock();
  const never = new Promise<never>(() => undefined);
  const server = rpcServer(({ method }) => (method === 'notifications/initialized' ? never : undefined));
  const outcome = rejection(connectMcp({ name: 'x', place: server.place, clock, connectMs: 5000 }));
  await until(() => server.countOf('notifications/initialized') > 0);
  await clock.advance(5000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": connecting: no result within 5000 ms; raise totalMs or connectMs',
  });
});

it.each([
  ['does not answer', () => new Promise<never>(() => undefined)],
  ['rejects', () => new Response(null, { status: 500 })],
])('ends the session on the server if the server %s the message "initialized"', async (_what, reply) => {
  const clock = fakeClock();
  const server = rpcServer((message) => {
    if (message.method === 'notifications/initialized') return reply();
    const body = { jsonrpc: '2.0', id: message.id, result: initialized(message, {}) };
    return Response.json(body, { headers: { 'mcp-session-id': 's1' } });
  });
  const sent: (string | undefined)[] = [];
  const fetch: typeof server.place.fetch = (url, init) => {
    if (init?.signal?.aborted !== true) sent.push(init?.method);
    return server.place.fetch(url, init);
  };
  const place = { ...server.place, fetch };
  const outcome = rejection(connectMcp({ name: 'x', place, clock, connectMs: 5000, protocol: '2025' }));
  await until(() => server.countOf('notifications/initialized') > 0);
  await clock.advance(5000);
  await outcome;
  expect(sent).toEqual(['POST', 'POST', 'DELETE']);
});

/** Toolbox with a tool that reports progress every `everyMs`, and otherwise hangs. */
async function hanging(everyMs: number, options: Partial<McpOptions> = {}) {
  const clock = countingClock();
  let isRunning = false;
  const tool = defineTool({
    name: 'hang',
    description: 'Hangs',
    parameters: { type: 'object' },
    run: async (_args, context) => {
      isRunning = true;
      for (let progress = 1; everyMs > 0 && !context.signal.aborted; progress++) {
        await clock.advance(everyMs);
        const before = clock.timersSet;
        reportProgress(context, { progress });
        await until(() => clock.timersSet > before || context.signal.aborted);
      }
      return new Promise<string>(() => undefined);
    },
  });
  const server = serveMcp({ name: 'sky', version: '1', tools: [tool] });
  const box = await connectMcp({
    name: 'x',
    place: { url: 'http://localhost', fetch: (input, init) => server.fetch(new Request(input, init)) },
    clock,
    ...options,
  });
  onTestFinished(async () => {
    await box.close();
    await server.close();
  });
  const outcome = rejection(run(box, 'x_hang'));
  await until(() => isRunning);
  return { clock, outcome };
}

it('ends a call after a minute without a sign of the server', async () => {
  const { clock, outcome } = await hanging(0);
  await clock.advance(59_999);
  expect(await isSettled(outcome)).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": hang: the server sent no data for 60000 ms; raise timeoutMs or connectMs',
  });
});

it('ends a call after ten minutes, whatever the server reports', async () => {
  const { outcome } = await hanging(50_000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": hang: no result within 600000 ms; raise totalMs or connectMs',
  });
});

it('does not connect for a request that was aborted before', async () => {
  const requests: unknown[] = [];
  const place = {
    url: 'http://localhost',
    fetch: (url: unknown): Promise<Response> => {
      requests.push(url);
      return Promise.reject(new TypeError('fetch failed'));
    },
  };
  const records = memoryRecords();
  await storeList(records, place.url, []);
  const box = await testToolbox({ name: 'x', place, records, start: 'first-call' });
  const outcome = rejection(box.readResource('a://1', { signal: AbortSignal.abort('stop') }));
  expect(await outcome).toMatchObject({
    kind: 'aborted',
    message: 'mcp "x": a://1 was aborted',
    cause: 'stop',
  });
  // A connection would start within a few turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(requests).toEqual([]);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const never = new Promise(() => undefined);
const tools = [{ name: 'look', inputSchema: { type: 'object' } as const }];
/** Records with the list of the server of `rpcServer`, so that the first call connects. */
const records = memoryRecords();
await storeList(records, RPC_URL, tools);

async function connected(answer: (message: RpcMessage) => unknown, options: Partial<McpOptions> = {}) {
  const clock = fakeClock();
  const server = rpcServer((message) => {
    const result = answer(message);
    return result === undefined && message.method === 'tools/list' ? { tools } : result;
  });
  const { place } = server;
  const box = await testToolbox({ name: 'x', prefix: '', place, clock, approve: 'none', ...options });
  return { ...server, box, clock };
}

it.each([
  ['tools/list', 'mcp "x": the server sent no data'],
  ['tools/call', 'mcp "x": look: the server sent no data'],
])('has no time limit of the SDK for %s', async (method, subject) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const options = { timeoutMs: 500_000, records, start: 'first-call' } as const;
  const answer = (message: RpcMessage) => (message.method === method ? never : undefined);
  const { box, clock, countOf } = await connected(answer, options);
  const outcome = rejection(run(box, 'look'));
  while (countOf(method) === 0) await turn();
  vi.advanceTimersByTime(400_000);
  for (let turns = 0; turns < 20; turns++) await turn();
  await clock.advance(500_000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: `${subject} for 500000 ms; raise timeoutMs or connectMs`,
  });
  vi.useRealTimers();
});

it('has no timer after a request', async () => {
  const { box, clock } = await connected(() => undefined);
  await run(box, 'look');
  expect(clock.pending).toBe(0);
});

it('connects again after the list of tools could not be loaded', async () => {
  let isDown = false;
  const { box, clock, countOf } = await connected(({ method }) => {
    if (!isDown) return undefined;
    if (method === 'tools/call') return new Response('no session', { status: 404 });
    return method === 'tools/list' ? new Response('bug', { status: 500 }) : undefined;
  });
  isDown = true;
  const outcome = rejection(run(box, 'look'));
  while (clock.pending === 0 || countOf('tools/call') === 0) await turn();
  for (let turns = 0; turns < 50; turns++) await turn();
  await clock.advance(250);
  expect(await outcome).toMatchObject({ kind: 'server' });
  isDown = false;
  const second = run(box, 'look');
  await turn();
  await clock.advance(500);
  expect(await second).toEqual([{ type: 'text', text: 'ok' }]);
  expect([countOf('initialize'), countOf('tools/list')]).toEqual([3, 3]);
});

it('waits 250 ms again after a request that succeeded', async () => {
  let isLost = false;
  const { box, clock, countOf } = await connected(({ method }) =>
    isLost && method === 'tools/call'
      ? ((isLost = false), new Response('no session', { status: 404 }))
      : undefined,
  );
  for (let losses = 1; losses <= 3; losses++) {
    isLost = true;
    const before = countOf('tools/call');
    const outcome = run(box, 'look');
    while (countOf('tools/call') === before) await turn();
    for (let turns = 0; turns < 50; turns++) await turn();
    await clock.advance(249);
    expect(countOf('initialize')).toBe(losses);
    await clock.advance(1);
    expect(await outcome).toEqual([{ type: 'text', text: 'ok' }]);
  }
});

it('limits the time of a call that has connected first', async () => {
  const answer = ({ method }: RpcMessage) => (method === 'tools/call' ? never : undefined);
  const { box, clock, countOf } = await connected(answer, { records, start: 'first-call' });
  const outcome = rejection(run(box, 'look'));
  while (countOf('tools/call') === 0) await turn();
  await clock.advance(60_000);
  expect(await outcome).toMatchObject({
    message: 'mcp "x": look: the server sent no data for 60000 ms; raise timeoutMs or connectMs',
  });
});

it('notifies the server if the toolbox is closed while the list of tools is loaded', async () => {
  const controller = new AbortController();
  const { place, messages, countOf } = rpcServer(({ method }) =>
    method === 'tools/list' ? never : undefined,
  );
  const outcome = rejection(connectMcp({ name: 'x', place, signal: controller.signal }));
  while (countOf('tools/list') === 0) await turn();
  controller.abort();
  expect(await outcome).toMatchObject({ kind: 'aborted' });
  const id = messages.find(({ method }) => method === 'tools/list')?.id;
  expect(messages.at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
});

it('loads the list once after the server reports a change', async () => {
  const { box, countOf } = await connected((message) => {
    if (message.method === 'initialize') return initialized(message, { tools: { listChanged: true } });
    if (message.method !== 'tools/call') return undefined;
    const answers = [
      { method: 'notifications/tools/list_changed' },
      { id: message.id, result: { content: [] } },
    ];
    const events = answers.map((one) => sseEvent(JSON.stringify({ jsonrpc: '2.0', ...one })));
    return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
  });
  expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'done' }]);
  expect(countOf('tools/list')).toBe(2);
});
