import { expect, it } from 'vitest';
import { serveMcp, type ServeOptions } from '../../src/index.ts';
import { closing } from '../support/world.ts';

const PING = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
});

async function statusOf(
  options: Pick<ServeOptions, 'hosts' | 'origins'>,
  url: string,
  headers: Record<string, string> = {},
): Promise<readonly [status: number, text: string]> {
  const server = closing(serveMcp({ name: 's', version: '1', tools: [], ...options }));
  const accept = 'application/json, text/event-stream';
  const all = { 'content-type': 'application/json', accept, ...headers };
  const response = await server.fetch(new Request(url, { method: 'POST', headers: all, body: PING }));
  return [response.status, await response.text()];
}

const EVIL = { origin: 'https://evil.example' };
const HOSTS = ['api.example.com'];

it.each<[string, Pick<ServeOptions, 'hosts' | 'origins'>, string, Record<string, string>]>([
  ['a loopback name', {}, 'http://localhost/mcp', {}],
  ['a loopback address with a port', {}, 'http://127.0.0.1:8080/mcp', {}],
  ['a loopback address of IPv6', {}, 'http://[::1]:3000/mcp', {}],
  ['a page of this machine', {}, 'http://localhost/mcp', { origin: 'http://localhost:5173' }],
  ['a configured host', { hosts: HOSTS }, 'https://api.example.com/mcp', {}],
  [
    'a configured host behind a proxy',
    { hosts: HOSTS },
    'http://10.0.0.7:8080/mcp',
    { host: 'API.example.com:8443' },
  ],
  [
    'a page of a configured host',
    { hosts: HOSTS },
    'https://api.example.com/',
    { origin: 'https://api.example.com' },
  ],
  [
    'a page of a configured origin',
    { hosts: HOSTS, origins: ['app.example'] },
    'https://api.example.com/',
    { origin: 'https://app.example' },
  ],
  ['an address of IPv6', { hosts: ['2001:db8::1'] }, 'http://[2001:db8::1]:80/', {}],
  ['any host', { hosts: 'any' }, 'https://x.example/', EVIL],
])('accepts a request for %s', async (_what, options, url, headers) => {
  expect(await statusOf(options, url, headers)).toMatchObject([200, expect.anything()]);
});

it.each<[string, Pick<ServeOptions, 'hosts' | 'origins'>, string, Record<string, string>, string]>([
  ['a host that is not configured', {}, 'http://127.0.0.1:1/mcp', { host: 'evil.example.com' }, 'hosts'],
  ['a name like a loopback name', {}, 'http://localhost.evil.example/', {}, 'hosts'],
  ['an invalid host', {}, 'http://localhost/', { host: 'a b' }, 'hosts'],
  ['this machine, if hosts are configured', { hosts: HOSTS }, 'http://localhost/', {}, 'hosts'],
  ['a page of another host', {}, 'http://localhost/', EVIL, 'origins'],
  ['a page without an origin', {}, 'http://localhost/', { origin: 'null' }, 'origins'],
  [
    'a page that is not an origin',
    { hosts: 'any', origins: ['app.example'] },
    'https://x.example/',
    EVIL,
    'origins',
  ],
])('refuses a request for %s', async (_what, options, url, headers, option) => {
  const [status, text] = await statusOf(options, url, headers);
  expect([status, JSON.parse(text)]).toMatchObject([403, { error: { code: -32_000 } }]);
  expect(text).toContain(`serveMcp`);
  expect(text).toContain(option);
});

it.each([
  { hosts: ['https://api.example.com'] },
  { hosts: ['api.example.com:80'] },
  { hosts: ['a/b'] },
  { hosts: [''] },
  { hosts: 'api.example.com' as never },
  { origins: ['https://app.example'] },
  { origins: [5 as never] },
])('rejects the options %j', (options) => {
  expect(() => serveMcp({ name: 's', version: '1', tools: [], ...options })).toThrow(
    expect.objectContaining({ kind: 'config' }) as Error,
  );
});
