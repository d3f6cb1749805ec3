import { memoryRecords, type RecordStore } from '@majordomo/records';
import { authorizationServer } from '@majordomo/testing';
import type { Client } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encryptedRecords } from '../../../../apps/examples/src/encrypted-records.ts';
import type { McpServerLogin } from '../src/index.ts';
import { text, upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

const REDIRECT = 'https://app.example/callback';
const PAGE = 'https://app.example/connect/accounts';
const CLIENT_SECRET = 'secret-of-the-application';
const ORIGIN = 'http://127.0.0.1';

/** A gateway with a server whose users log in at an authorization server, and a server without logins. */
async function setUp(
  change: Partial<McpServerLogin> = {},
  records: RecordStore = memoryRecords(),
  metadata: object = {},
) {
  const clients = [{ clientId: 'app', clientSecret: CLIENT_SECRET, redirectUris: [REDIRECT] }];
  const authority = await authorizationServer({ clients, metadata: { ...metadata } });
  onTestFinished(() => authority.close());
  const tokens = new Set<string>();
  let user = '';
  const register = (server: McpServer): void => {
    server.registerTool('whoami', {}, () => text(user));
  };
  const inner = upstream(register);
  const innerFetch = 'url' in inner.place ? (inner.place.fetch ?? fetch) : fetch;
  const protectedFetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (origin !== ORIGIN) return fetch(request);
    if (pathname.includes('/metadata'))
      return Response.json({ resource: `${ORIGIN}/mcp`, authorization_servers: [authority.issuer] });
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    const issued = token === undefined ? undefined : authority.check(token);
    if (issued?.user === 'broken') return new Response(null, { status: 500 });
    if (issued === undefined || token === undefined) {
      const header = `Bearer resource_metadata="${ORIGIN}/metadata"`;
      return new Response(null, { status: 401, headers: { 'www-authenticate': header } });
    }
    tokens.add(token);
    ({ user } = issued);
    return innerFetch(request);
  };
  const other = upstream((server) => {
    server.registerTool('plain', {}, () => text('plain'));
  });
  const login: McpServerLogin = {
    client: { clientId: 'app', clientSecret: CLIENT_SECRET, issuer: authority.issuer },
    redirectUrl: REDIRECT,
    page: PAGE,
    ...change,
  };
  const made = world({
    servers: {
      accounts: { url: `${ORIGIN}/mcp`, fetch: protectedFetch, login },
      other: other.place,
    },
    records,
    callers: {
      ann: { key: 'ann' },
      bob: { key: 'bob', metadata: { user: 'robert' } },
      none: { key: 'none', mcp: { other: ['*'] } },
    },
  });
  /** What the page and the callback of the application do. */
  const logIn = async (name: string, account = `account of ${name}`): Promise<void> => {
    const connections = made.mcp.connections('accounts');
    const { url } = await connections.login(name);
    await connections.finish(authority.approve(url, { user: account }), name);
  };
  return { ...made, logIn, tokens, other, authority, accounts: inner };
}

const namesOf = async (client: Client): Promise<readonly string[]> =>
  (await client.listTools()).tools.map(({ name }) => name);

describe.each(['2025', '2026'] as const)('a user with a client of %s', (protocol) => {
  it('has the tool login, logs in, and then uses the own account', async () => {
    const { connect, logIn, tokens, other } = await setUp();
    const asked: unknown[] = [];
    const client = await connect('ann', {
      protocol,
      capabilities: { elicitation: { url: {} } },
      prepare: (each) => {
        each.setRequestHandler('elicitation/create', async ({ params }) => {
          asked.push(params);
          await logIn('ann');
          return { action: 'accept' };
        });
      },
    });
    expect(await namesOf(client)).toEqual(['accounts__login', 'other__plain']);
    const call = client.callTool({ name: 'accounts__login' });
    if (protocol === '2026') {
      expect(await call).toMatchObject(text('The account at "accounts" is connected.'));
      expect(asked).toMatchObject([{ mode: 'url', url: PAGE }]);
    } else {
      await expect(call).rejects.toMatchObject({ code: -32_042, data: { elicitations: [{ url: PAGE }] } });
      await logIn('ann');
      expect(await client.callTool({ name: 'accounts__login' })).toMatchObject({ content: [{}] });
    }
    expect(await namesOf(client)).toEqual(['accounts__whoami', 'other__plain']);
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    const bob = await connect('bob', { protocol });
    expect(await namesOf(bob)).toEqual(['accounts__login', 'other__plain']);
    await logIn('bob');
    expect(await bob.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of bob'));
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    await bob.callTool({ name: 'other__plain' });
    expect(tokens.size).toBe(2);
    expect(other.headers.some((headers) => headers.has('authorization'))).toBe(false);
  });

  it('receives the address as an error if the client cannot ask, and no token', async () => {
    const { connect, logIn, tokens, events, errors } = await setUp();
    const client = await connect('ann', { protocol });
    for (const name of ['accounts__login', 'accounts__whoami']) {
      const refused = await client.callTool({ name });
      expect(refused).toMatchObject({ isError: true });
      expect(JSON.stringify(refused)).toContain(`Open ${PAGE} in a browser`);
    }
    expect((await client.listPrompts()).prompts).toEqual([]);
    expect(errors).toEqual([]);
    await logIn('ann');
    const results = [await client.listTools(), await client.callTool({ name: 'accounts__whoami' })];
    const [token = 'none'] = tokens;
    expect(JSON.stringify([results, events])).not.toContain(token);
  });

  it('uses another account after a login with it, also in an open session', async () => {
    const { connect, logIn } = await setUp();
    await logIn('ann', 'first');
    const client = await connect('ann', { protocol });
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('first'));
    await logIn('ann', 'second');
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('second'));
  });

  it('loses the account after disconnect at an authorization server without revocation', async () => {
    const { connect, logIn, mcp } = await setUp({}, memoryRecords(), { revocation_endpoint: undefined });
    await logIn('ann');
    const client = await connect('ann', { protocol });
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    await mcp.connections('accounts').disconnect('ann');
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject({ isError: true });
  });

  it('keeps its connection when the tokens are refreshed', async () => {
    const { connect, logIn, authority, accounts } = await setUp();
    await logIn('ann');
    const client = await connect('ann', { protocol });
    await client.callTool({ name: 'accounts__whoami' });
    const initialized = accounts.methods.filter((method) => /initialize|discover/.test(method)).length;
    authority.expire();
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    expect(accounts.methods.filter((method) => /initialize|discover/.test(method))).toHaveLength(initialized);
  });

  it('loses the account after disconnect', async () => {
    const { connect, logIn, mcp } = await setUp();
    await logIn('ann');
    const client = await connect('ann', { protocol });
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    await mcp.connections('accounts').disconnect('ann');
    expect(await namesOf(client)).toEqual(['accounts__login', 'other__plain']);
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject({ isError: true });
  });
});

describe('a login', () => {
  it('belongs to the user that `user` returns', async () => {
    const { connect, logIn } = await setUp({
      user: ({ metadata }) => metadata?.['user'] as string | undefined,
    });
    await logIn('robert');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    expect(await bob.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of robert'));
    expect(await ann.callTool({ name: 'accounts__whoami' })).toMatchObject({ isError: true });
  });

  it('has its tokens in a store that encrypts them, from which another process reads them', async () => {
    const stored = memoryRecords();
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const records = encryptedRecords(stored, key);
    const { connect, logIn, tokens, mcp } = await setUp({}, records);
    await logIn('ann');
    const client = await connect('ann');
    expect(await client.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of ann'));
    const values = await stored.list('mcp', { limit: 100 });
    expect(values.length).toBeGreaterThan(0);
    const shown = JSON.stringify(values);
    for (const token of tokens) expect(shown).not.toContain(token);
    for (const name of ['access_token', 'refresh_token', CLIENT_SECRET]) expect(shown).not.toContain(name);
    expect(await mcp.connections('accounts').has('ann')).toBe(true);
  });

  it('whose account the server refuses with an error does not bench the server for other users', async () => {
    const { connect, logIn } = await setUp();
    await logIn('ann', 'broken');
    await logIn('bob');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    for (let n = 0; n < 3; n++)
      expect(await ann.callTool({ name: 'accounts__whoami' })).toMatchObject({ isError: true });
    expect(await bob.callTool({ name: 'accounts__whoami' })).toMatchObject(text('account of bob'));
  });

  it('is not offered to a key without access', async () => {
    const { connect } = await setUp();
    const client = await connect('none');
    expect(await namesOf(client)).toEqual(['other__plain']);
    await expect(client.callTool({ name: 'accounts__login' })).rejects.toMatchObject({ code: -32_602 });
    await expect(client.callTool({ name: 'other__login' })).rejects.toMatchObject({ code: -32_602 });
  });

  const url = 'https://mcp.example/';
  const login = { client: { metadataUrl: 'https://app.example/client' }, redirectUrl: REDIRECT, page: PAGE };
  it.each([
    ['without records', { servers: { a: { url, login } } }, 'requires the option `records`'],
    ['of a program', { servers: { a: { command: 'x', login } } }, 'requires an address'],
    ['with a credential', { servers: { a: { url, login, credential: 't' } } }, 'cannot be combined'],
    ['that is shared', { servers: { a: { url, login, shared: true } } }, 'cannot be combined'],
    [
      'without a page',
      { servers: { a: { url, login: { ...login, page: 'http://x.example' } } } },
      'login.page',
    ],
    ['with another member', { servers: { a: { url, login: { ...login, scopes: 'read' } } } }, 'scopes'],
    ['with a user that is a name', { servers: { a: { url, login: { ...login, user: 'ann' } } } }, 'user'],
    ['without a client', { servers: { a: { url, login: { ...login, client: undefined } } } }, 'client'],
  ])('%s is refused', (name, options, message) => {
    const records = name === 'without records' ? {} : { records: memoryRecords() };
    expect(() => world({ ...options, ...records } as never)).toThrow(message);
  });

  it('exists only for servers with logins', async () => {
    const { mcp } = await setUp();
    expect(() => mcp.connections('other')).toThrow('no server with a login');
  });
});
