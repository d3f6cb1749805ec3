import type { Clock } from '@majordomo/core';
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
  /** Calls a tool whose task ends at the poll with the number `lastPoll`. Time passes only while the gateway waits for the next poll. */
  async function run(lastPoll: number): Promise<{
    readonly result: unknown;
    /** Times of the polls. */
    readonly polls: readonly number[];
    readonly cancelled: Promise<void>;
  }> {
    const fake = fakeClock();
    const sleep: Clock['sleep'] = async (ms, signal) => {
      const slept = fake.sleep(ms, signal);
      await Promise.all([slept, fake.advance(ms)]);
    };
    const polls: number[] = [];
    let cancel = (): void => undefined;
    const cancelled = new Promise<void>((resolve) => (cancel = resolve));
    const server = upstream(
      (made) => {
        made.registerTool('report', {}, () => text('not a task'));
      },
      {
        intercept: (body) => {
          const { id, method } = (body === '' ? {} : JSON.parse(body)) as { id?: number; method?: string };
          const answer = (result: object) => Promise.resolve(Response.json({ jsonrpc: '2.0', id, result }));
          if (method === 'tools/call') return answer({ resultType: 'task', ...taskOf('working') });
          if (method === 'tasks/cancel') cancel();
          if (method === 'tasks/cancel') return answer({ resultType: 'complete' });
          if (method !== 'tasks/get') return undefined;
          polls.push(fake.now());
          const isDone = polls.length === lastPoll;
          return answer({
            resultType: 'complete',
            ...(isDone ? taskOf('completed', { result: text('the report') }) : taskOf('working')),
          });
        },
      },
    );
    const clock = { now: fake.now, timer: fake.timer, sleep };
    const { connect } = world({ servers: { own: { ...server.place, totalMs: 120_000 } }, clock });
    const client = await connect('all', { protocol });
    const result = await client.callTool({ name: 'own__report' });
    return { result, polls, cancelled };
  }

  it('is polled at the interval of the server, and the client receives its result', async () => {
    const { result, polls } = await run(3);
    expect(result).toMatchObject(text('the report'));
    expect(polls).toEqual([10_000, 20_000, 30_000]);
  });

  it('is cancelled after the maximum duration of a call', async () => {
    const { result, polls, cancelled } = await run(Infinity);
    expect(result).toMatchObject({ isError: true });
    expect(polls.at(-1)).toBe(110_000);
    await cancelled;
  });
});
