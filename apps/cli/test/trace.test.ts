import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openaiChat, startWireServer, type Step } from '@majordomo/conformance';
import { refusedURL } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { lab, world } from './world.ts';

const serve = (...script: Step[]) => startWireServer({ wire: openaiChat, script });

/** Collector that records the path of each request and the names of its spans. */
async function collector(status = 200) {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const names = [
        ...Buffer.concat(chunks)
          .toString('utf8')
          .matchAll(/"name":"([^"]*)","kind"/g),
      ];
      received.push(request.url ?? '', ...names.map(([, name = '']) => name));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((closed) => server.close(closed));
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

it('sends the spans of a chat to a collector', async () => {
  await using server = await serve({ failure: 'not-found' }, 'Hello.');
  await using there = await collector();
  using place = world({ env: lab(server) });
  const ran = await place.run('chat', 'lab/gone,lab/gpt-4o', 'hi', '-q', '--trace', there.url);
  expect([ran.code, ran.out, ran.err]).toEqual([0, 'Hello.\n', '']);
  expect(there.received).toEqual([
    '/v1/traces',
    'chat gone',
    'chat gpt-4o',
    'majordomo.call lab/gone,lab/gpt-4o',
  ]);
});

it('sends the spans of a failed chat in addition to its events', async () => {
  await using server = await serve({ failure: 'auth' });
  await using there = await collector();
  using place = world({ env: lab(server) });
  const ran = await place.run('chat', 'lab/gpt-4o', 'hi', '--events', '--trace', `${there.url}/my/traces`);
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('"call-end"');
  expect(there.received).toEqual(['/my/traces', 'chat gpt-4o', 'majordomo.call lab/gpt-4o']);
});

it.each([
  ['is not there', async () => ({ url: await refusedURL(), [Symbol.asyncDispose]: async () => undefined })],
  ['refuses', () => collector(400)],
])('answers even if the collector %s, and reports this', async (_name, open) => {
  await using server = await serve('Hello.');
  await using there = await open();
  using place = world({ env: lab(server) });
  const ran = await place.run('chat', 'lab/gpt-4o', 'hi', '-q', '--trace', there.url);
  expect([ran.code, ran.out]).toEqual([0, 'Hello.\n']);
  expect(ran.err).toMatch(/^the trace was not sent to http:\/\/127\.0\.0\.1:\d+\/v1\/traces: .+\n$/);
});

it.each(['nowhere', 'ftp://127.0.0.1'])('rejects the address %s before any request', async (address) => {
  await using server = await serve();
  using place = world({ env: lab(server) });
  const ran = await place.run('chat', 'lab/gpt-4o', 'hi', '--trace', address);
  expect([ran.code, ran.out, server.requests.length]).toEqual([2, '', 0]);
  expect(ran.err).toContain('--trace must be the URL of a collector');
});
