import { memoryRecords } from '@majordomo/records';
import { authorizationServer } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createMcpConnections } from '../../src/index.ts';
import { protectedServer } from '../support/protected-server.ts';
import { rejection } from '../support/world.ts';

const REDIRECT = 'https://app.example/callback';

/** Connections at an authorization server whose responses a test replaces. */
async function setUp() {
  const authority = await authorizationServer({ clients: [{ clientId: 'app', redirectUris: [REDIRECT] }] });
  onTestFinished(() => authority.close());
  const { url } = await protectedServer(authority);
  const client = { clientId: 'app', issuer: authority.issuer };
  const options = { name: 'm', prefix: '', place: { url }, client, redirectUrl: REDIRECT };
  const connections = createMcpConnections({ ...options, records: memoryRecords() });
  const logIn = async (): Promise<void> =>
    connections.finish(authority.approve((await connections.login('ann')).url, { user: 'ann' }), 'ann');
  return { authority, logIn };
}

it('states only the start of a long response of an authorization server', async () => {
  const { authority, logIn } = await setUp();
  authority.respond('/token', () => new Response('x'.repeat(1_000_000), { status: 500 }));
  const { message } = (await rejection(logIn())) as Error;
  expect(message).toContain('HTTP 500');
  expect(message.length).toBeLessThan(2000);
});
