import { expect, it } from 'vitest';
import { rejection } from '../../test/support/world.ts';
import { connectMcp } from '../connect-mcp.ts';
import type { McpAddress } from '../options.ts';
import { httpTransport } from './http-transport.ts';

/** Response to a request of a server without tools, padded to a length in bytes. */
function answerOf(text: string, bytes: number): Response {
  const { id, params } = JSON.parse(text) as {
    readonly id?: number;
    readonly params?: { readonly protocolVersion?: string };
  };
  if (id === undefined) return new Response(null, { status: 202 });
  const serverInfo = { name: 'bare', version: '1' };
  const result = { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo };
  const body = JSON.stringify({ jsonrpc: '2.0', id, result });
  return new Response(body.padEnd(bytes), { headers: { 'content-type': 'application/json' } });
}

/** Connects to such a server, and returns the requests as `METHOD header`. */
async function connect(place: Partial<McpAddress>, bytes = 0) {
  const requests: string[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    requests.push(`${init.method} ${headers.get('authorization')} ${headers.get('x-own')}`);
    return init.method === 'POST' ? answerOf(String(init.body), bytes) : new Response(null, { status: 405 });
  };
  const box = await connectMcp({ name: 'x', place: { url: 'https://x.internal', fetch, ...place } });
  await box.close();
  return { box, requests };
}

const LIMIT = 10 * 1024 * 1024;

it('accepts a response of 10 MiB', async () => {
  expect((await connect({}, LIMIT)).box.tools).toEqual([]);
});

it('rejects a longer response', async () => {
  expect(await rejection(connect({}, LIMIT + 1))).toMatchObject({
    kind: 'protocol',
    message: expect.stringContaining('10485760 bytes') as string,
    details: { code: 'too-large' },
  });
});

it.each<[Partial<McpAddress>, string]>([
  [{}, 'null null'],
  [{ headers: { 'x-own': 'a' } }, 'null a'],
  [{ credential: 'key' }, 'Bearer key null'],
  [{ credential: () => 'key', headers: { 'x-own': 'a' } }, 'Bearer key a'],
])('sends with %o the headers %s', async (place, headers) => {
  const { requests } = await connect(place);
  expect(requests.length).toBeGreaterThan(1);
  for (const request of requests) expect(request).toMatch(new RegExp(`^[A-Z]+ ${headers}$`));
});

it('names itself to the server', async () => {
  const messages: unknown[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    if (init.method !== 'POST') return new Response(null, { status: 405 });
    messages.push(JSON.parse(String(init.body)));
    return answerOf(String(init.body), 0);
  };
  await connect({ fetch });
  expect(messages[1]).toMatchObject({
    method: 'initialize',
    params: { clientInfo: { name: 'majordomo', version: '1.0.0' } },
  });
});

it('closes its transport', async () => {
  const fetch = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
  const io = { label: 'x', secrets: [], sentTokens: new Set<string>(), authorization: undefined };
  const { transport, close } = await httpTransport({ url: 'https://x.internal', fetch }, io);
  let closings = 0;
  transport.onclose = () => closings++;
  await close();
  expect(closings).toBe(1);
});

it('remembers only the latest tokens of a credential', async () => {
  let count = 0;
  const place = {
    url: 'https://x.internal',
    credential: () => `token ${++count}`,
    fetch: () => Promise.resolve(new Response(null, { status: 202 })),
  };
  const io = { label: 'x', secrets: [], sentTokens: new Set<string>(), authorization: undefined };
  const { transport, close } = await httpTransport(place, io);
  for (let request = 0; request < 150; request++)
    await transport.send({ jsonrpc: '2.0', method: 'notifications/progress' });
  expect([...io.sentTokens]).toEqual(Array.from({ length: 100 }, (_, at) => `token ${51 + at}`));
  await close();
});
