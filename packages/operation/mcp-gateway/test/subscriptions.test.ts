import type { Client } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { upstream, type Upstream } from './support/upstream.ts';
import { world, type World } from './support/world.ts';

const SECRET = 'note://secret';

/** Request of the gateway to a server. */
interface Sent {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string };
}

/** Server of protocol 2025 whose log contains subscriptions and their ends. */
function notes(options: Parameters<typeof upstream>[1] = {}): Upstream & { readonly log: readonly string[] } {
  const log: string[] = [];
  const server = upstream(
    (made: McpServer) => {
      made.registerTool('count', {}, () => ({ content: [] }));
      made.server.registerCapabilities({ resources: { subscribe: true } });
      for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const)
        made.server.setRequestHandler(method, ({ params }) => {
          log.push(`${method} ${params.uri}`);
          return {};
        });
    },
    { protocol: '2025', ...options },
  );
  return { ...server, log };
}

const publish = async (server: Upstream, uri: string): Promise<void> => {
  await server.servers.at(-1)?.server.sendResourceUpdated({ uri });
};

/** Returns the addresses of the updates that a client receives. */
async function connected(
  { connect }: World,
  key: string,
  protocol: '2025' | '2026' = '2025',
): Promise<{ readonly client: Client; readonly updates: readonly string[] }> {
  const updates: string[] = [];
  const client = await connect(key, {
    protocol,
    prepare: (made) => {
      made.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        updates.push(params.uri);
      });
    },
  });
  return { client, updates };
}

describe('updates of a resource of a shared server', () => {
  it('reach only the clients that have subscribed and may read it', async () => {
    const server = notes({ shared: true });
    const gateway = world({
      servers: { notes: server.place, other: notes().place },
      callers: {
        ann: { key: 'ann' },
        bob: { key: 'bob', mcp: { other: ['*'] } },
        cid: { key: 'cid', mcp: { notes: ['count'] } },
      },
    });
    const ann = await connected(gateway, 'ann');
    const others = [
      await connected(gateway, 'ann'),
      await connected(gateway, 'bob'),
      await connected(gateway, 'cid'),
    ];
    const listening = await connected(gateway, 'cid', '2026');
    for (const { client } of others) await client.listTools();
    await ann.client.subscribeResource({ uri: `notes+${SECRET}` });
    const allowed = await connected(gateway, 'ann', '2026');
    await allowed.client.listen({ resourceSubscriptions: [`notes+${SECRET}`] });
    await listening.client.listen({
      resourceSubscriptions: [`notes+${SECRET}`],
      toolsListChanged: true,
    });
    await publish(server, SECRET);
    await publish(server, `${SECRET}/part`);
    await expect.poll(() => ann.updates).toEqual([`notes+${SECRET}`, `notes+${SECRET}/part`]);
    await expect.poll(() => allowed.updates).toEqual([`notes+${SECRET}`]);
    expect([...others, listening].map(({ updates }) => updates)).toEqual([[], [], [], []]);
  });

  it('continue until the last client unsubscribes', async () => {
    const server = notes({ shared: true });
    const gateway = world({ servers: { notes: server.place } });
    const [first, second] = [await connected(gateway, 'all'), await connected(gateway, 'all')];
    const uri = `notes+${SECRET}`;
    await first.client.subscribeResource({ uri });
    await second.client.subscribeResource({ uri });
    await second.client.unsubscribeResource({ uri });
    await publish(server, SECRET);
    await expect.poll(() => first.updates).toEqual([uri]);
    expect(second.updates).toEqual([]);
    expect(server.log).toEqual([`resources/subscribe ${SECRET}`]);
    await first.client.unsubscribeResource({ uri });
    expect(server.log.at(-1)).toBe(`resources/unsubscribe ${SECRET}`);
  });
});

describe('a subscription', () => {
  it('keeps its connection open at `maxConnections` while another one is unused', async () => {
    const server = notes();
    const servers = { notes: server.place, second: notes().place, third: notes().place };
    const gateway = world({ servers, maxConnections: 2 });
    const { client, updates } = await connected(gateway, 'all');
    await client.subscribeResource({ uri: `notes+${SECRET}` });
    for (const name of ['second', 'third']) await client.callTool({ name: `${name}__count` });
    await publish(server, SECRET);
    await expect.poll(() => updates).toEqual([`notes+${SECRET}`]);
  });

  it('is repeated in a new session of the server', async () => {
    let isLost = false;
    const server = notes({
      intercept: (body) => {
        if (!isLost || !body.includes('"tools/call"')) return undefined;
        isLost = false;
        return Promise.resolve(new Response(undefined, { status: 404 }));
      },
    });
    const gateway = world({ servers: { notes: server.place } });
    const { client, updates } = await connected(gateway, 'all');
    await client.subscribeResource({ uri: `notes+${SECRET}` });
    isLost = true;
    await client.callTool({ name: 'notes__count' });
    await expect.poll(() => server.log).toHaveLength(2);
    expect(server.servers).toHaveLength(2);
    await expect
      .poll(async () => {
        await publish(server, SECRET);
        return updates[0];
      })
      .toBe(`notes+${SECRET}`);
  });

  it('is repeated in a new session although another one fails', async () => {
    let [isLost, isNew] = [false, false];
    const server = notes({
      intercept: (body) => {
        const { id, method, params } = JSON.parse(body || '{}') as Sent;
        if (isLost && method === 'tools/call') {
          [isLost, isNew] = [false, true];
          return Promise.resolve(new Response(undefined, { status: 404 }));
        }
        if (!isNew || method !== 'resources/subscribe' || params?.uri !== SECRET) return undefined;
        const error = { code: -32_603, message: 'no such note' };
        return Promise.resolve(Response.json({ jsonrpc: '2.0', id, error }));
      },
    });
    const { client } = await connected(world({ servers: { notes: server.place } }), 'all');
    for (const uri of [SECRET, 'note://other']) await client.subscribeResource({ uri: `notes+${uri}` });
    isLost = true;
    await client.callTool({ name: 'notes__count' });
    await expect.poll(() => server.log.slice(2)).toEqual(['resources/subscribe note://other']);
    isNew = false;
    // A client that subscribes again subscribes at the server.
    await client.subscribeResource({ uri: `notes+${SECRET}` });
    expect(server.log.at(-1)).toBe(`resources/subscribe ${SECRET}`);
  });

  it('of a client of protocol 2026 ends with its stream', async () => {
    const server = notes();
    const gateway = world({ servers: { notes: server.place } });
    const { client } = await connected(gateway, 'all', '2026');
    const subscription = await client.listen({ resourceSubscriptions: [`notes+${SECRET}`] });
    await subscription.close();
    await expect
      .poll(() => server.log)
      .toEqual([`resources/subscribe ${SECRET}`, `resources/unsubscribe ${SECRET}`]);
  });
});
