import { defineTool } from '@majordomo/agent';
import { expect, it } from 'vitest';
import { startAuthority } from '../../../../calls/credentials/test/support/authority.ts';
import { createMcpConnections } from '../../src/index.ts';
import { memoryRecords } from '@majordomo/records';
import { changeEntries, entriesOf, tokensIn } from '../support/entries.ts';
import { tokenProtected } from '../support/token-server.ts';
import { closing, rejection, run } from '../support/world.ts';

const REDIRECT = 'https://app.example/callback';
const SECRET = 'a-secret-of-the-web-application';

interface Claims {
  readonly aud: string;
  readonly sub: string;
  readonly exp: number;
}

/** MCP server whose tokens a real authority issues to a registered web application with a secret. */
async function world(method: string) {
  let url = '';
  const web = {
    client_id: 'web',
    client_secret: SECRET,
    token_endpoint_auth_method: method,
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid offline_access api',
  };
  const authority = closing(await startAuthority(3600, () => url, [web]));
  const expired = new Set<string>();
  const look = defineTool({
    name: 'look',
    description: 'Looks',
    parameters: { type: 'object' },
    run: () => 'found',
  });
  const tokens: string[] = [];
  const protection = {
    issuer: authority.issuer,
    tools: [look],
    metadata: { scopes_supported: ['api'] },
  };
  url = await tokenProtected(protection, (token, resource) => {
    tokens.push(token);
    const [, claims = ''] = token.split('.');
    const { aud, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims;
    return aud === resource && exp * 1000 > Date.now() && !expired.has(token) ? undefined : false;
  });
  const records = memoryRecords();
  const connections = createMcpConnections({
    name: 'm',
    prefix: '',
    place: { url },
    client: { clientId: 'web', clientSecret: SECRET, issuer: authority.issuer },
    redirectUrl: REDIRECT,
    scope: 'offline_access api',
    records,
  });
  const connect = async () => {
    return closing(await connections.connect('ann'));
  };
  const logIn = async (): Promise<void> => {
    const page = await connections.login('ann');
    await connections.finish(await authority.browse(page.url), 'ann');
  };
  const expireTokens = (): void => {
    for (const token of tokens) expired.add(token);
  };
  return { authority, connections, records, connect, logIn, expireTokens, tokens };
}

const FOUND = [{ type: 'text', text: 'found' }];

it.each(['client_secret_basic', 'client_secret_post'])(
  'connects a user with %s at a real authority',
  async (method) => {
    const { connect, logIn } = await world(method);
    await logIn();
    expect(await run(await connect(), 'look')).toEqual(FOUND);
  },
);

it('refreshes an expired token, whose refresh token rotates', async () => {
  const { connect, logIn, expireTokens, records } = await world('client_secret_basic');
  await logIn();
  const box = await connect();
  await run(box, 'look');
  const [before] = (await entriesOf(records, 'login')).map(tokensIn);
  expireTokens();
  expect(await run(box, 'look')).toEqual(FOUND);
  const [after] = (await entriesOf(records, 'login')).map(tokensIn);
  expect(after?.refresh_token).not.toBe(before?.refresh_token);
  expect(after).toMatchObject({ access_token: expect.any(String) as string });
});

it('loses the login if a refresh token is used twice', async () => {
  const { connections, connect, logIn, expireTokens, records } = await world('client_secret_basic');
  await logIn();
  const [stolen] = await entriesOf(records, 'login');
  const box = await connect();
  await run(box, 'look');
  expireTokens();
  await run(box, 'look');
  expireTokens();
  await changeEntries(records, 'login', () => stolen?.value ?? '');
  expect(await rejection(connections.connect('ann').then((other) => run(other, 'look')))).toMatchObject({
    kind: 'auth',
    details: { code: 'login-required' },
  });
  expect(await connections.has('ann')).toBe(false);
});

it('reports that the user refused at the consent page', async () => {
  const { authority, connections } = await world('client_secret_basic');
  const { url } = await connections.login('ann');
  const callback = await authority.browse(url, false);
  expect(await rejection(connections.finish(callback, 'ann'))).toMatchObject({
    kind: 'auth',
    details: { code: 'login-refused' },
  });
});

it('revokes the tokens of a user who disconnects', async () => {
  const { authority, connections, logIn, records, tokens } = await world('client_secret_basic');
  await logIn();
  await connections.disconnect('ann');
  expect(authority.requestPaths.filter((path) => path === '/token/revocation')).toHaveLength(2);
  expect((await entriesOf(records)).filter(({ key }) => key.includes('ann'))).toEqual([]);
  expect(tokens).toEqual([]);
});

it('rejects metadata and a callback of a wrong issuer', async () => {
  const { authority, connections } = await world('client_secret_basic');
  const body = { issuer: 'https://evil.example' };
  authority.fail('/.well-known/oauth-authorization-server', { status: 200, body });
  expect(await rejection(connections.login('ann'))).toMatchObject({
    kind: 'auth',
    details: { code: 'login-failed' },
  });
  const callback = new URL(await authority.browse((await connections.login('ann')).url));
  callback.searchParams.set('iss', 'https://evil.example');
  const error = await rejection(connections.finish(callback.href, 'ann'));
  expect(error).toMatchObject({ kind: 'auth', details: { code: 'login-failed' } });
  expect(String(error)).not.toContain('evil');
  expect(authority.requestPaths.filter((path) => path === '/token')).toEqual([]);
});
