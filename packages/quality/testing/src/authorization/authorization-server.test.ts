import { expect, it } from 'vitest';
import { authorizationServer } from './authorization-server.ts';

const redirect_uri = 'https://app.example/';
const PARAMETERS = {
  client_id: 'app',
  redirect_uri,
  // Hash of the empty verifier.
  code_challenge: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
  code_challenge_method: 'S256',
};
const QUERY = new URLSearchParams(PARAMETERS).toString();

it('the journal contains all parameters of a login page', async () => {
  await using server = await authorizationServer({ clients: [{ clientId: 'app' }] });
  server.approve(`${server.issuer}/authorize?${QUERY}`);
  expect(server.journal).toMatchObject([{ path: '/authorize', parameters: PARAMETERS }]);
});

it('an invalid request does not use up a refresh token', async () => {
  await using server = await authorizationServer({ clients: [{ clientId: 'app' }, { clientId: 'other' }] });
  const send = (body: Record<string, string>): Promise<Response> =>
    fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(body) });
  const callback = new URL(server.approve(`${server.issuer}/authorize?${QUERY}`));
  const code = callback.searchParams.get('code') ?? '';
  const issued = await send({ grant_type: 'authorization_code', client_id: 'app', redirect_uri, code });
  const { refresh_token } = (await issued.json()) as { readonly refresh_token: string };
  const refresh = async (client_id: string, grant_type = 'refresh_token'): Promise<unknown> => {
    const response = await send({ grant_type, client_id, refresh_token });
    return response.ok ? 'issued' : ((await response.json()) as { readonly error: string }).error;
  };
  expect(await refresh('app', 'password')).toBe('unsupported_grant_type');
  expect(await refresh('other')).toBe('invalid_grant');
  expect(await refresh('app')).toBe('issued');
  expect(await refresh('app')).toBe('invalid_grant');
});

it('a request that the server cannot answer loses its connection, and the server continues', async () => {
  await using server = await authorizationServer({ registration: true });
  const headers = { 'content-type': 'application/json' };
  const send = (path: string, body: string): Promise<Response> =>
    fetch(`${server.issuer}${path}`, { method: 'POST', headers, body });
  await expect(send('/register', 'not JSON')).rejects.toThrow('fetch failed');
  server.respond('/token', () => Promise.reject(new Error('no response')));
  await expect(send('/token', '{}')).rejects.toThrow('fetch failed');
  expect((await send('/register', '{}')).status).toBe(201);
});

it('decodes the form encoding of an id and a secret in the header', async () => {
  const clients = [{ clientId: 'app:1', clientSecret: 'a+b %=&:' }];
  await using server = await authorizationServer({ clients });
  const encoded = new URLSearchParams({ 'app:1': 'a+b %=&:' }).toString().replace('=', ':');
  const send = (pair: string): Promise<Response> =>
    fetch(`${server.issuer}/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(pair)}` },
      body: new URLSearchParams({ token: 'x' }),
    });
  expect((await send(encoded)).status).toBe(200);
  expect((await send('app%3A1:other')).status).toBe(401);
});
