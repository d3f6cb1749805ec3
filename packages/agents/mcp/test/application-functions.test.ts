import { inspect } from 'node:util';
import { LlmError } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { fakeClock } from '@majordomo/testing';
import { memoryRecords } from '@majordomo/records';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectMcp, connectMcpServers, type McpOptions, type McpToolbox } from '../src/index.ts';
import { initialized, rpcServer, type RpcMessage } from './support/rpc-server.ts';
import { rejection, run, testToolbox, until } from './support/world.ts';

const never = new Promise<never>(() => undefined);
const LIST = {
  tools: [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }],
};

/** Server with the tool `look`. */
const server = (answer: (message: RpcMessage) => unknown = () => undefined) =>
  rpcServer((message) => answer(message) ?? (message.method === 'tools/list' ? LIST : undefined));

async function connected(options: Omit<McpOptions, 'name'>): Promise<McpToolbox> {
  return testToolbox({ name: 'x', ...options });
}

it.each(['get', 'write'] as const)('aborts connecting while `records.%s` does not settle', async (method) => {
  const controller = new AbortController();
  const records = memoryRecords();
  const called = vi.spyOn(records, method).mockReturnValue(never);
  const outcome = rejection(
    connectMcp({ name: 'x', place: server().place, records, signal: controller.signal }),
  );
  await until(() => called.mock.calls.length > 0);
  controller.abort('enough');
  expect(await outcome).toMatchObject({ kind: 'aborted', message: 'mcp "x" was aborted', cause: 'enough' });
});

it.each(['only', 'rename'] as const)('rejects with `config` if the function `%s` throws', async (path) => {
  const fail = (): never => {
    throw new TypeError('the description is missing');
  };
  expect(await rejection(connectMcp({ name: 'x', place: server().place, [path]: fail }))).toMatchObject({
    kind: 'config',
    message: `connectMcp: ${path} failed: the description is missing`,
    details: { path },
  });
});

it('rejects with `auth` if the function `credential` throws', async () => {
  const credential = () => Promise.reject(new Error('the vault is locked'));
  expect(await rejection(connectMcp({ name: 'x', place: { ...server().place, credential } }))).toMatchObject({
    kind: 'auth',
    message: 'mcp "x": the function place.credential failed: the vault is locked',
  });
});

it('passes a rejected token to the function `credential` only once', async () => {
  const { place } = server();
  const rejections: unknown[] = [];
  const credential = ({ rejected }: { readonly rejected: string | undefined }): string => {
    rejections.push(rejected);
    return rejections.length === 1 ? 'old' : 'new';
  };
  const fetch: typeof place.fetch = (url, init) =>
    new Headers(init?.headers).get('authorization') === 'Bearer old'
      ? Promise.resolve(new Response(null, { status: 401 }))
      : place.fetch(url, init);
  await connected({ place: { ...place, fetch, credential } });
  expect(rejections.length).toBeGreaterThan(3);
  expect(rejections.slice(0, 4)).toEqual([undefined, 'old', undefined, undefined]);
});

it('masks a rejected token in an LlmError of the function `credential`', async () => {
  const { place } = server();
  const credential = ({ rejected }: { readonly rejected: string | undefined }): string => {
    if (rejected === undefined) return 'the first token';
    throw new LlmError('auth', `no replacement for ${rejected}`);
  };
  const fetch = (): Promise<Response> => Promise.resolve(new Response(null, { status: 401 }));
  const error = await rejection(connectMcp({ name: 'x', place: { ...place, fetch, credential } }));
  expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('no replacement for') });
  expect(inspect(error, { depth: 20 })).not.toContain('the first token');
});

it('returns a result although the update of the tool list exceeds `timeoutMs`', async () => {
  const clock = fakeClock();
  const events = (...messages: object[]): Response =>
    new Response(messages.map((message) => sseEvent(JSON.stringify(message))).join(''), {
      headers: { 'content-type': 'text/event-stream' },
    });
  const rpc = server((message) => {
    const { method, id } = message;
    if (method === 'initialize') return initialized(message, { tools: { listChanged: true } });
    if (method === 'tools/list' && rpc.countOf(method) > 1) return never;
    if (method !== 'tools/call') return undefined;
    const result = { content: [{ type: 'text', text: 'seen' }] };
    return events(
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
      { jsonrpc: '2.0', id, result },
    );
  });
  const box = await connected({ place: rpc.place, clock, timeoutMs: 500 });
  const outcome = run(box, 'x_look');
  await until(() => rpc.countOf('tools/list') > 1);
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(500);
  expect(await outcome).toEqual([{ type: 'text', text: 'seen' }]);
});

it('ends the pause before a retry when the toolbox is closed', async () => {
  const clock = fakeClock();
  const rpc = server(({ method }) =>
    method === 'tools/call' ? new Response('busy', { status: 503 }) : undefined,
  );
  const box = await connected({ place: rpc.place, clock, retries: 1 });
  const outcome = rejection(run(box, 'x_look'));
  await until(() => rpc.countOf('tools/call') > 0 && clock.pending === 1);
  await box.close();
  expect(await outcome).toMatchObject({ kind: 'aborted', message: 'mcp "x" was closed' });
  expect(clock.pending).toBe(0);
});

it('leaves no timer after it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const box = await connected({ place: server().place, clock: fakeClock() });
  await box.close();
  expect(vi.getTimerCount()).toBe(0);
});

it.each(['connectMcp', 'connectMcpServers'])(
  'aborts %s while the server does not respond to the end of the session',
  async (name) => {
    const controller = new AbortController();
    const { place } = server(({ method, params }) =>
      method === 'initialize'
        ? Response.json(
            { jsonrpc: '2.0', id: 0, result: initialized({ method, params }, { tools: {} }) },
            { headers: { 'mcp-session-id': 's' } },
          )
        : method === 'tools/list'
          ? never
          : undefined,
    );
    const methods: unknown[] = [];
    const fetch: typeof place.fetch = (url, init) => {
      methods.push(init?.method);
      return init?.method === 'DELETE' ? never : place.fetch(url, init);
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { signal } = controller;
    const protocol = '2025' as const;
    const options = { name: 'x', place: { ...place, fetch }, protocol, clock: fakeClock() };
    const outcome = rejection(
      name === 'connectMcp'
        ? connectMcp({ ...options, signal })
        : connectMcpServers([options], { signal, required: true }),
    );
    await vi.waitUntil(() => methods.filter((method) => method === 'POST').length === 3);
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await vi.advanceTimersByTimeAsync(1001);
    expect(methods.filter((method) => method === 'DELETE')).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  },
);
