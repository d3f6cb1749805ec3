import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createKeys } from '@majordomo/admin';
import type { McpAccess } from '@majordomo/gateway';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteStores } from '../../../stores/store-sqlite/src/index.ts';
import { upstream, type Upstream } from './support/upstream.ts';

const SCRIPT = new URL('support/gateway-process.ts', import.meta.url).pathname;
const SERVERS = ['github', 'wiki', 'files'] as const;
const NAMES = ['search_code', 'search_secrets', 'delete_repo', 'review', 'note://1'] as const;
/** Access of each key, and what it may use as `server name`. */
const KEYS: Readonly<Record<string, { readonly mcp?: McpAccess; readonly may: readonly string[] }>> = {
  all: { may: SERVERS.flatMap((server) => NAMES.map((name) => `${server} ${name}`)) },
  few: { mcp: { github: ['search_*', '!search_secrets'] }, may: ['github search_code'] },
  two: {
    mcp: { wiki: ['*', '!delete_*'], files: ['note://*'] },
    may: ['search_code', 'search_secrets', 'review', 'note://1']
      .map((name) => `wiki ${name}`)
      .concat('files note://1'),
  },
  none: { mcp: {}, may: [] },
};

function register(server: McpServer): void {
  for (const name of NAMES.slice(0, 3))
    server.registerTool(name, {}, () => ({ content: [{ type: 'text', text: `ran ${name}` }] }));
  server.registerPrompt('review', {}, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'review' } }],
  }));
  server.registerResource('note', 'note://1', {}, () => ({
    contents: [{ uri: 'note://1', text: 'note://1' }],
  }));
}

/** Two gateways in processes, with one database, in front of servers of this process. */
async function setUp() {
  const folder = testFolder();
  const file = join(folder, 'gateway.db');
  const stores = sqliteStores(file);
  const keys = createKeys({ records: stores.records });
  const upstreams: Record<string, Upstream> = {};
  const places: Record<string, { readonly url: string }> = {};
  for (const name of SERVERS) {
    const own = upstream(register);
    const { fetch: answer } = own.place as { readonly fetch: (request: Request) => Promise<Response> };
    const server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' });
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    upstreams[name] = own;
    places[name] = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
  }
  const start = async (): Promise<string> => {
    const child = fork(SCRIPT, [file, JSON.stringify(places)]);
    onTestFinished(() => {
      child.kill();
    });
    const [url] = (await once(child, 'message')) as [string];
    return url;
  };
  const urls = await Promise.all([start(), start()]);
  onTestFinished(async () => {
    await stores.close();
  });
  const connect = async (url: string, secret: string, isModern: boolean): Promise<Client> => {
    const client = new Client(
      { name: 'test', version: '1' },
      isModern ? { versionNegotiation: { mode: 'auto' } } : {},
    );
    const headers = { authorization: `Bearer ${secret}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
    );
    onTestFinished(() => client.close());
    return client;
  };
  const received = (): number =>
    SERVERS.reduce((sum, name) => sum + (upstreams[name]?.methods.length ?? 0), 0);
  return { keys, urls, connect, received };
}

const outerOf = (server: string, name: string): string =>
  name.includes(':') ? `${server}+${name}` : `${server}__${name}`;

/** Whether a client may use a tool, a prompt or a resource. Rejects for an error other than a refusal. */
async function mayUse(client: Client, name: string): Promise<boolean> {
  try {
    if (name.includes(':')) await client.readResource({ uri: name });
    else if (name.endsWith('review')) await client.getPrompt({ name });
    else expect(await client.callTool({ name })).not.toHaveProperty('isError', true);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === -32_602) return false;
    throw error;
  }
}

it('two processes with one database decide equally for each key, server, name and verb', async () => {
  const { keys, urls, connect, received } = await setUp();
  const wrong: string[] = [];
  let cells = 0;
  for (const [id, { mcp, may }] of Object.entries(KEYS)) {
    const { secret } = await keys.create({ name: id, ...(mcp && { mcp }) });
    for (const [process, url] of urls.entries())
      for (const isModern of [false, true]) {
        const client = await connect(url, secret, isModern);
        const listed = [
          ...(await client.listTools()).tools.map(({ name }) => name),
          ...(await client.listPrompts()).prompts.map(({ name }) => name),
          ...(await client.listResources()).resources.map(({ uri }) => uri),
        ];
        for (const server of SERVERS)
          for (const name of NAMES) {
            const should = may.includes(`${server} ${name}`);
            const outer = outerOf(server, name);
            const before = received();
            const used = await mayUse(client, outer);
            const reached = received() > before;
            cells += 3;
            for (const [verb, actual] of Object.entries({
              list: listed.includes(outer),
              use: used,
              reach: reached,
            }))
              if (actual !== should) wrong.push(`${process} ${id} ${server} ${name} ${verb} ${isModern}`);
          }
      }
  }
  expect([wrong, cells]).toEqual([[], 4 * 2 * 2 * 3 * 5 * 3]);
}, 120_000);

it('the limits of a key apply to the calls of both processes together', async () => {
  const { keys, urls, connect } = await setUp();
  const { secret } = await keys.create({ name: 'limited', limits: [{ max: { calls: 3 }, per: 'day' }] });
  const clients = await Promise.all(urls.map((url) => connect(url, secret, true)));
  const results: unknown[] = [];
  for (const client of [...clients, ...clients])
    results.push((await client.callTool({ name: 'github__search_code' })).isError === true);
  expect(results).toEqual([false, false, false, true]);
});
