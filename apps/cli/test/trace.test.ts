import { answers, testServer } from '@majordomo/test-support';
import { refusedURL } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { lab, serve, world } from './world.ts';

/** Collector that records the path of each request and the names of its spans. */
async function collector(status = 200) {
  const received: string[] = [];
  const server = await testServer((response, { path, text }) => {
    const names = [...text.matchAll(/"name":"([^"]*)","kind"/g)];
    received.push(path, ...names.map(([, name = '']) => name));
    answers({}, status)(response);
  });
  return { url: server.origin, received, [Symbol.asyncDispose]: server.close };
}

it('sends the spans of a chat to a collector', async () => {
  await using server = await serve({ failure: 'not-found' }, 'Hello.');
  await using spanCollector = await collector();
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gone,lab/gpt-4o', 'hi', '-q', '--trace', spanCollector.url);
  expect([result.code, result.out, result.err]).toEqual([0, 'Hello.\n', '']);
  expect(spanCollector.received).toEqual([
    '/v1/traces',
    'chat gone',
    'chat gpt-4o',
    'majordomo.call lab/gone,lab/gpt-4o',
  ]);
});

it('sends the spans of a failed chat in addition to its events', async () => {
  await using server = await serve({ failure: 'auth' });
  await using spanCollector = await collector();
  using cli = world({ env: lab(server) });
  const result = await cli.run(
    'chat',
    'lab/gpt-4o',
    'hi',
    '--events',
    '--trace',
    `${spanCollector.url}/my/traces`,
  );
  expect(result.code).toBe(1);
  expect(result.out).toContain('"call-end"');
  expect(spanCollector.received).toEqual(['/my/traces', 'chat gpt-4o', 'majordomo.call lab/gpt-4o']);
});

it.each([
  ['is not there', async () => ({ url: await refusedURL(), [Symbol.asyncDispose]: async () => undefined })],
  ['refuses', () => collector(400)],
])('answers even if the collector %s, and reports this', async (_name, open) => {
  await using server = await serve('Hello.');
  await using spanCollector = await open();
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '-q', '--trace', spanCollector.url);
  expect([result.code, result.out]).toEqual([0, 'Hello.\n']);
  expect(result.err).toMatch(/^the trace was not sent to http:\/\/127\.0\.0\.1:\d+\/v1\/traces: .+\n$/);
});

it.each(['nowhere', 'ftp://127.0.0.1'])('rejects the address %s before any request', async (address) => {
  await using server = await serve();
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '--trace', address);
  expect([result.code, result.out, server.requests.length]).toEqual([2, '', 0]);
  expect(result.err).toContain('--trace must be the URL of a collector');
});
