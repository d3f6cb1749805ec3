import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createKeys } from '@majordomo/admin';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteStores } from '../../../stores/store-sqlite/src/index.ts';
import { upstream } from './support/upstream.ts';

const SCRIPT = new URL('support/gateway-process.ts', import.meta.url).pathname;

/** Two gateways in processes, with one database, in front of a server of this process. */
async function setUp() {
  const folder = testFolder();
  const file = join(folder, 'gateway.db');
  const stores = sqliteStores(file);
  const keys = createKeys({ records: stores.records });
  const { place } = upstream((server) => {
    server.registerTool('search_code', {}, () => ({ content: [{ type: 'text', text: 'found' }] }));
  });
  const { fetch: answer } = place as { readonly fetch: (request: Request) => Promise<Response> };
  const server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const places = { github: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` } };
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
  const connect = async (url: string, secret: string): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const headers = { authorization: `Bearer ${secret}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
    );
    onTestFinished(() => client.close());
    return client;
  };
  return { keys, urls, connect };
}

it('the limits of a key apply to the calls of both processes together', async () => {
  const { keys, urls, connect } = await setUp();
  const { secret } = await keys.create({ name: 'limited', limits: [{ max: { calls: 3 }, per: 'day' }] });
  const clients = await Promise.all(urls.map((url) => connect(url, secret)));
  const results: unknown[] = [];
  for (const client of [...clients, ...clients])
    results.push((await client.callTool({ name: 'github__search_code' })).isError === true);
  expect(results).toEqual([false, false, false, true]);
});
