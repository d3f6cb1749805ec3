import { fakeClock } from '@majordomo/testing';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { text, upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

const CLIENTS: Readonly<Record<string, ClientOptions>> = {
  '2026-07-28': { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  '2025-11-25': { supportedProtocolVersions: ['2025-11-25'] },
  '2025-06-18': { supportedProtocolVersions: ['2025-06-18'] },
};

describe.each(Object.entries(CLIENTS))('a client that supports only protocol %s', (version, options) => {
  it('lists and uses tools, prompts and resources', async () => {
    const server = upstream((made) => {
      made.registerTool('echo', {}, () => text('echoed'));
      made.registerPrompt('ask', {}, () => ({
        messages: [{ role: 'user', content: { type: 'text', text: 'q' } }],
      }));
      made.registerResource('note', 'note://1', {}, () => ({ contents: [{ uri: 'note://1', text: 'n' }] }));
    });
    const { send } = world({ servers: { own: server.place } });
    const versions = new Set<string | null>();
    const client = new Client({ name: 'one', version: '1' }, options);
    const transport = new StreamableHTTPClientTransport(new URL('http://gateway.test/mcp'), {
      fetch: (input, init) => {
        const request = new Request(input, init);
        versions.add(request.headers.get('mcp-protocol-version'));
        return send('/mcp', {
          method: request.method,
          headers: request.headers,
          ...(init?.body && { body: init.body }),
        });
      },
    });
    await client.connect(transport);
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['own__echo']);
    expect(await client.callTool({ name: 'own__echo' })).toMatchObject(text('echoed'));
    expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'own__ask' }]);
    expect((await client.getPrompt({ name: 'own__ask' })).messages).toHaveLength(1);
    const [resource] = (await client.listResources()).resources;
    expect((await client.readResource({ uri: resource?.uri ?? '' })).contents).toMatchObject([{ text: 'n' }]);
    versions.delete(null);
    expect([...versions]).toEqual([version]);
  });
});

/** State of the task of `report`. */
const taskOf = (status: string, others: object = {}): object => ({
  taskId: 'task-1',
  status,
  createdAt: '2026-11-29T00:00:00Z',
  lastUpdatedAt: '2026-11-29T00:00:00Z',
  ttlMs: 60_000,
  pollIntervalMs: 10_000,
  ...others,
});

describe.each(['2025', '2026'] as const)('a tool that runs as a task, with a client of %s', (protocol) => {
  /** Calls a tool whose task ends at the poll with the number `lastPoll`. */
  async function run(lastPoll: number): Promise<{
    readonly call: Promise<unknown>;
    readonly polls: () => number;
    readonly cancelled: () => boolean;
    readonly pass: (ms: number) => Promise<void>;
  }> {
    const clock = fakeClock();
    let polls = 0;
    let isCancelled = false;
    const server = upstream(
      (made) => {
        made.registerTool('report', {}, () => text('not a task'));
      },
      {
        intercept: (body) => {
          const { id, method } = (body === '' ? {} : JSON.parse(body)) as { id?: number; method?: string };
          const answer = (result: object) => Promise.resolve(Response.json({ jsonrpc: '2.0', id, result }));
          if (method === 'tools/call') return answer({ resultType: 'task', ...taskOf('working') });
          if (method === 'tasks/cancel') isCancelled = true;
          if (method === 'tasks/cancel') return answer({ resultType: 'complete' });
          if (method !== 'tasks/get') return undefined;
          polls++;
          const isDone = polls === lastPoll;
          return answer({
            resultType: 'complete',
            ...(isDone ? taskOf('completed', { result: text('the report') }) : taskOf('working')),
          });
        },
      },
    );
    const { connect } = world({ servers: { own: { ...server.place, totalMs: 120_000 } }, clock });
    const client = await connect('all', { protocol });
    const call = client.callTool({ name: 'own__report' });
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 1000) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(1000);
      }
    };
    return { call, polls: () => polls, cancelled: () => isCancelled, pass };
  }

  it('is polled at the interval of the server, and the client receives its result', async () => {
    const { call, polls, pass } = await run(3);
    await pass(8000);
    expect(polls()).toBeLessThan(2);
    await pass(60_000);
    expect(await call).toMatchObject(text('the report'));
    expect(polls()).toBe(3);
  });

  it('is cancelled after the maximum duration of a call', async () => {
    const { call, polls, cancelled, pass } = await run(Infinity);
    await pass(150_000);
    expect(await call).toMatchObject({ isError: true });
    expect(polls()).toBeLessThan(13);
    expect(cancelled()).toBe(true);
  });
});
