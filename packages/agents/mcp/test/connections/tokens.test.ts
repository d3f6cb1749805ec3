import { memoryRecords } from '@majordomo/records';
import { authorizationServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createMcpConnections } from '../../src/index.ts';
import { protectedServer } from '../support/protected-server.ts';
import { closing, rejection, run } from '../support/world.ts';

const REDIRECT = 'https://app.example/callback';

/** Connections at an authorization server whose responses a test replaces. */
async function setUp() {
  const authority = closing(
    await authorizationServer({ clients: [{ clientId: 'app', redirectUris: [REDIRECT] }] }),
  );
  const { url } = await protectedServer(authority);
  const client = { clientId: 'app', issuer: authority.issuer };
  const options = { name: 'm', prefix: '', place: { url }, client, redirectUrl: REDIRECT };
  const connections = createMcpConnections({ ...options, records: memoryRecords() });
  const logIn = async (): Promise<void> =>
    connections.finish(authority.approve((await connections.login('ann')).url, { user: 'ann' }), 'ann');
  return { authority, connections, logIn };
}

const INVALID = ['a\r\nb', 'a b', 'ü', '', 'x'.repeat(100_000)];

it.each(INVALID)(
  'rejects a login with an access token that no header can contain, case %#',
  async (token) => {
    const { authority, connections, logIn } = await setUp();
    authority.respond('/token', () => Response.json({ access_token: token, token_type: 'Bearer' }));
    const error = await rejection(logIn());
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'login-failed' } });
    expect(error).toHaveProperty('message', expect.stringContaining('sent an invalid access token'));
    expect(await connections.has('ann')).toBe(false);
  },
);

it('rejects a refresh with such a token', async () => {
  const { authority, connections, logIn } = await setUp();
  await logIn();
  const box = closing(await connections.connect('ann'));
  expect(await run(box, 'whoami')).toMatchObject([{ text: 'ann' }]);
  authority.expire();
  authority.respond('/token', () => Response.json({ access_token: 'a\nb', token_type: 'Bearer' }));
  expect(await rejection(run(box, 'whoami'))).toMatchObject({ kind: 'auth' });
  // The login has not been lost.
  expect(await connections.has('ann')).toBe(true);
});

it('states only the start of a long response of an authorization server', async () => {
  const { authority, logIn } = await setUp();
  authority.respond('/token', () => new Response('x'.repeat(1_000_000), { status: 500 }));
  const { message } = (await rejection(logIn())) as Error;
  expect(message).toContain('HTTP 500');
  expect(message.length).toBeLessThan(2000);
});
