import { Task, TaskState, type Task as TaskType } from '@a2a-js/sdk';
import { defineTool } from '@majordomo/agent';
import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { connectA2a, type ServeA2aOptions } from '../src/index.ts';
import { CallContext } from '../src/serve/call-context.ts';
import { StoredTasks } from '../src/serve/stored-tasks.ts';
import { listen } from './support/listen.ts';
import { asTask, request, stateOf, world } from './support/world.ts';

const headers = { authorization: 'Bearer token-a', 'a2a-version': '1.0', 'content-type': 'application/json' };
const list = (count: number): readonly object[] => Array.from({ length: count }, () => ({}));
const rpc = (params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask', params });

describe('a request', () => {
  it.each<[string, Partial<ServeA2aOptions>, string, number, string]>([
    [
      'elements',
      {},
      rpc({ id: list(10_001) }),
      400,
      'params.id: the request has more than 10000 array elements',
    ],
    ['elements', { maxElements: 2 }, rpc({ id: list(3) }), 400, 'more than 2 array elements'],
    [
      'members',
      { maxElements: 1 },
      rpc({ id: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } }),
      400,
      'object members',
    ],
    ['levels', {}, `{"params":${'['.repeat(501)}`, 400, 'more than 500 levels'],
    ['bytes', {}, ' '.repeat(10 * 1024 * 1024 + 1), 413, 'more than 10485760 bytes'],
  ])(
    'with too many %s is refused with the error of an invalid request',
    async (_, options, body, status, problem) => {
      await using served = await world([], options);
      const response = await fetch(`${served.http.origin}/a2a`, { method: 'POST', headers, body });
      expect([response.status, await response.json()]).toMatchObject([
        status,
        { error: { code: -32_600, message: expect.stringContaining(problem) as string } },
      ]);
    },
  );

  it('whose body does not end is refused after 30 seconds', async () => {
    const clock = fakeClock();
    await using served = await world([], { clock });
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array([0x20]));
      },
    });
    const init = { method: 'POST', headers, body, duplex: 'half' as const };
    const response = served.server.fetch(new Request(`${served.http.origin}/a2a`, init));
    await clock.advance(30_000);
    expect((await response).status).toBe(408);
  });
});

describe('a caller', () => {
  const hang = defineTool({
    name: 'hang',
    description: '',
    parameters: { type: 'object' },
    run: () => new Promise<string>(() => undefined),
  });
  const turns = Array.from({ length: 4 }, () => ({ toolCalls: [{ name: 'hang', args: {} }] }));

  it('has at most maxRunning running tasks, which do not count for another caller', async () => {
    await using served = await world(turns, { maxRunning: 2 }, [hang]);
    const [client, other] = [await served.client('a'), await served.client('b')];
    const later = { returnImmediately: true };
    const first = asTask(await client.sendMessage(request('go', {}, later)));
    await client.sendMessage(request('go', {}, later));
    await expect(client.sendMessage(request('go', {}, later))).rejects.toThrow('2 running tasks');
    await other.sendMessage(request('go', {}, later));
    await client.cancelTask({ tenant: '', id: first.id, metadata: undefined });
    const next = asTask(await client.sendMessage(request('go', {}, later)));
    expect(stateOf(next)).toBe(TaskState.TASK_STATE_WORKING);
  });

  it('has at most twice as many requests and streams in progress', async () => {
    await using served = await world(turns, { maxRunning: 1 }, [hang]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('go', {}, { returnImmediately: true })));
    const streams = [1, 2].map(() => client.resubscribeTask({ tenant: '', id }));
    for (const stream of streams) await stream.next();
    await expect(client.getTask({ tenant: '', id })).rejects.toThrow('2 requests in progress');
    // The requests do not count for another caller, for whom the task does not exist.
    await expect((await served.client('b')).getTask({ tenant: '', id })).rejects.toThrow('not found');
  });
});

it('a page of tasks has at most 10 MiB, and all tasks are on some page', async () => {
  const tasks = new StoredTasks(memoryRecords());
  const context = new CallContext({ user: 'a' }, { version: undefined, extensions: [] });
  for (let at = 0; at < 7; at++) {
    const timestamp = new Date(at).toISOString();
    const text = 'x'.repeat(2 * 1024 * 1024);
    const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text }] };
    const task: TaskType = Task.fromJSON({
      id: `t${at}`,
      contextId: 'c',
      status: { state: 'TASK_STATE_COMPLETED', timestamp },
      history: [message],
    });
    await tasks.save(task, context);
  }
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const query = { tenant: '', contextId: '', status: 0, pageToken, statusTimestampAfter: undefined };
    const page = await tasks.list(query, context);
    pages.push(page.tasks.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(pages).toEqual([
    ['t6', 't5', 't4', 't3'],
    ['t2', 't1', 't0'],
  ]);
});

it('rejects a card with more elements than a client accepts', async () => {
  await using server = await listen(
    () => () => Promise.resolve(Response.json({ supportedInterfaces: list(100_001) })),
  );
  await expect(connectA2a({ name: 'x', url: server.origin })).rejects.toMatchObject({
    kind: 'protocol',
    message: expect.stringContaining('a2a "x" sent JSON with more than 100000 array elements') as string,
  });
});
