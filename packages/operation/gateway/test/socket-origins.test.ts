import { once } from 'node:events';
import { WebSocket } from 'ws';
import { expect, it } from 'vitest';
import { startGateway } from './support/test-gateway.ts';

/** Returns whether the socket was opened, or the status of the refusal. */
async function outcomeOf(socket: WebSocket): Promise<unknown> {
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, { readonly statusCode: number }]>;
  const outcome = await Promise.race([
    once(socket, 'open').then(() => 'open'),
    refused.then(([, { statusCode }]) => statusCode),
  ]);
  socket.on('error', () => undefined);
  socket.terminate();
  return outcome;
}

it.each([
  ['http://page.test', '/v1/responses', 403],
  // Resolved as a reference, these targets have the host of the page, and would have its origin.
  ['http://page.test', '//page.test/v1/responses', 403],
  ['http://page.test', '/\\page.test/v1/responses', 403],
  ['http://page.test', '///page.test/v1/responses', 403],
  [undefined, '//page.test/v1/responses', 404],
  [undefined, '/v1/responses?api-version=1', 'open'],
])('a page of %s that asks a gateway without keys for %s receives %s', async (origin, target, expected) => {
  await using testGateway = await startGateway({ sockets: true, gateway: { authorize: undefined } });
  const url = testGateway.url.replace('http', 'ws') + target;
  expect(await outcomeOf(new WebSocket(url, { headers: origin ? { origin } : {} }))).toBe(expected);
});
