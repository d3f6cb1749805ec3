import { createServer } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { isLoopback, noNetwork } from './no-network.ts';

let restore = (): void => undefined;
afterEach(() => {
  restore();
});

/** Returns the innermost cause of an error. `fetch` wraps the error of its socket. */
const cause = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? cause(error.cause) : error;

const BLOCKED = { code: 'ENETBLOCKED', host: 'example.invalid' };

it('rejects fetch to a remote host with the name of the host', async () => {
  restore = noNetwork();
  const error = cause(await fetch('http://example.invalid:81/').catch((thrown: unknown) => thrown));
  expect(error).toMatchObject(BLOCKED);
  expect(String(error)).toContain('example.invalid:81');
});

it('rejects https and raw sockets to a remote host', async () => {
  restore = noNetwork();
  const overHttps = new Promise((resolve) => request('https://example.invalid/').on('error', resolve).end());
  expect(await overHttps).toMatchObject(BLOCKED);
  const raw = new Promise((resolve) => connect(25, 'example.invalid').on('error', resolve));
  expect(await raw).toMatchObject(BLOCKED);
});

it('allows loopback', async () => {
  restore = noNetwork();
  const server = createServer((_request, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://localhost:${port}/`);
  expect(await response.text()).toBe('here');
  server.closeAllConnections();
  server.close();
});

it('allows connections after restoring', async () => {
  noNetwork()();
  // Without the guard, connecting to this address fails with another code.
  const socket = connect({ host: '127.0.0.1', port: 9 });
  const error = await new Promise((resolve) => socket.on('error', resolve));
  expect(error).not.toMatchObject({ code: 'ENETBLOCKED' });
});

it.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['example.com', false],
  ['::2', false],
  ['0.0.0.0', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback({ host, port: '1' })).toBe(expected);
});
