import { authorizationServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { connectMcp, createMcpConnections, type McpConnectionsOptions } from '../../src/index.ts';
import { httpServer } from '../support/http-server.ts';
import { memoryRecords } from '@majordomo/records';
import { closing, rejection } from '../support/world.ts';

const PLACE = 'https://mcp.majordomo.example/mcp';

/** Server at a public address, which `place.fetch` sends to this machine. `metadata`: response of its metadata. */
async function publicServer(metadata: (origin: string) => Response, challenge: string) {
  const paths: string[] = [];
  const server = await httpServer((request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname === '/metadata') return Promise.resolve(metadata(new URL(PLACE).origin));
    if (pathname !== '/mcp') return Promise.resolve(new Response(null, { status: 404 }));
    const headers = { 'www-authenticate': `Bearer resource_metadata="${challenge}"` };
    return Promise.resolve(new Response(null, { status: 401, headers }));
  });
  const others: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(String(input));
    if (url.origin !== new URL(PLACE).origin) {
      others.push(url.href);
      return globalThis.fetch(url, init);
    }
    return globalThis.fetch(`${new URL(server.url).origin}${url.pathname}`, init);
  };
  return { fetch, paths, others };
}

const naming = (issuer: string) => (): Response =>
  Response.json({ resource: PLACE, authorization_servers: [issuer] });
const OWN = `${new URL(PLACE).origin}/metadata`;
const PRIVATE = { kind: 'auth', details: { code: 'private-address' } };

async function privateServer(): Promise<{ issuer: string; port: string; journal: readonly unknown[] }> {
  const authority = closing(await authorizationServer({ clients: [{ clientId: 'app' }] }));
  return { issuer: authority.issuer, port: new URL(authority.issuer).port, journal: authority.journal };
}

/** Connections whose client is registered at an issuer. */
const connectionsTo = (place: McpConnectionsOptions['place'], issuer: string) =>
  createMcpConnections({
    name: 'm',
    place,
    client: { clientId: 'app', issuer },
    redirectUrl: 'https://app.example/callback',
    records: memoryRecords(),
  });

it.each<[string, (port: string, issuer: string) => Parameters<typeof publicServer>]>([
  ['an authorization server on this machine', (_port, issuer) => [naming(issuer), OWN]],
  ['a name that resolves to this machine', (port) => [naming(`http://localhost:${port}`), OWN]],
  ['a link-local address', () => [naming('http://169.254.169.254'), OWN]],
  ['an IPv6 address', (port) => [naming(`http://[::1]:${port}`), OWN]],
  ['metadata on this machine', (_port, issuer) => [naming('https://x.example'), `${issuer}/metadata`]],
])('does not send a request to %s that a public server names', async (_what, serverFor) => {
  const { issuer, port, journal } = await privateServer();
  const { fetch, others } = await publicServer(...serverFor(port, issuer));
  const connections = connectionsTo({ url: PLACE, fetch }, issuer);
  expect(await rejection(connections.login('ann'))).toMatchObject(PRIVATE);
  const auth = { grant: 'client-credentials' as const, clientId: 'app', clientSecret: 's', issuer };
  expect(await rejection(connectMcp({ name: 'm', place: { url: PLACE, fetch, auth } }))).toMatchObject(
    PRIVATE,
  );
  expect(others).toEqual([]);
  expect(journal).toEqual([]);
});

/** Connects to a public server whose authorization server, at the same address, names `page` as its login page. */
async function shownPage(page: string): Promise<{ shown: string[]; errors: unknown[] }> {
  const { origin } = new URL(PLACE);
  const json = (value: object, init?: ResponseInit): Response => Response.json(value, init);
  const fetch: typeof globalThis.fetch = (input) => {
    const { pathname } = new URL(String(input));
    const challenge = `Bearer resource_metadata="${OWN}"`;
    if (pathname === '/mcp')
      return Promise.resolve(new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }));
    if (pathname === '/metadata')
      return Promise.resolve(json({ resource: PLACE, authorization_servers: [origin] }));
    return Promise.resolve(
      json({
        issuer: origin,
        authorization_endpoint: page,
        token_endpoint: `${origin}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      }),
    );
  };
  const shown: string[] = [];
  const show = (url: string): void => {
    shown.push(url);
    throw new Error('the user closed the page');
  };
  const client = { clientId: 'app', issuer: origin };
  const auth = { grant: 'login' as const, client, show };
  const connecting = connectMcp({ name: 'm', place: { url: PLACE, fetch, auth } });
  const options = { name: 'm', place: { url: PLACE, fetch }, client, records: memoryRecords() };
  const connections = createMcpConnections({ ...options, redirectUrl: 'https://app.example/callback' });
  const login = connections.login('ann').then(({ url }) => shown.push(url));
  return {
    shown,
    errors: await Promise.all([rejection(connecting), login.catch((error: unknown) => error)]),
  };
}

it.each([
  'file:///etc/passwd',
  'file://attacker.example/share/x',
  'ms-msdt:/id',
  'vscode://x/y',
  'http://169.254.169.254/latest/',
  'http://192.168.0.1/reboot',
  'http://127.0.0.1:8080/reboot',
])('does not show the login page %s of a public server', async (page) => {
  const { shown, errors } = await shownPage(page);
  expect(shown).toEqual([]);
  const { host } = new URL(PLACE);
  const message = `mcp "m": the authorization server ${host} names a login page with the scheme "${new URL(page).protocol}"`;
  for (const error of errors)
    expect(error).toMatchObject({
      kind: 'auth',
      details: { code: 'login-failed' },
      message: expect.stringContaining(message) as string,
    });
});

it('shows a login page with https', async () => {
  const { shown } = await shownPage('https://login.example/authorize');
  expect(shown.map((url) => new URL(url).origin)).toEqual(['https://login.example', 'https://login.example']);
});

it('does not follow a redirect of metadata to this machine', async () => {
  const { issuer, journal } = await privateServer();
  const redirect = (): Response =>
    new Response(null, { status: 302, headers: { location: `${issuer}/metadata` } });
  const { fetch, others } = await publicServer(redirect, OWN);
  const connections = connectionsTo({ url: PLACE, fetch }, issuer);
  expect(await rejection(connections.login('ann'))).toMatchObject({ kind: 'auth' });
  expect(others).toEqual([]);
  expect(journal).toEqual([]);
});

it('sends requests to a host of `place.allow`', async () => {
  const { issuer } = await privateServer();
  const { fetch } = await publicServer(naming(issuer), OWN);
  const connections = connectionsTo({ url: PLACE, fetch, allow: [new URL(issuer).host] }, issuer);
  expect((await connections.login('ann')).url).toContain(`${issuer}/authorize?`);
});
