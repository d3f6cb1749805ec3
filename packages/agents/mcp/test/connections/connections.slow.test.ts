import { authorizationServer, fakeClock, type AuthorizationServerOptions } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createMcpConnections, type McpConnections, type McpConnectionsOptions } from '../../src/index.ts';
import { hold, memoryRecords, type RecordStore } from '@majordomo/records';
import { entriesOf } from '../support/entries.ts';
import { protectedServer } from '../support/protected-server.ts';
import { closing, rejection, run, until } from '../support/world.ts';

const REDIRECT = 'https://app.example/callback';
const SECRET = 'secret-of-the-application';
const LOGIN_FAILED = { kind: 'auth', details: { code: 'login-failed' } };
const LOGIN_REQUIRED = { kind: 'auth', details: { code: 'login-required' } };

/** Authorization server, MCP server, and a function that creates connections as one of several processes. */
async function world(
  server: AuthorizationServerOptions = {},
  change: Partial<McpConnectionsOptions> = {},
  scope?: string,
) {
  const clients = [{ clientId: 'app', clientSecret: SECRET, redirectUris: [REDIRECT] }];
  const authority = closing(await authorizationServer({ clients, ...server }));
  const accounts = await protectedServer(authority, scope === undefined ? {} : { scope });
  const records = memoryRecords();
  const { issuer } = authority;
  const process = (other: Partial<McpConnectionsOptions> = {}): McpConnections =>
    createMcpConnections({
      name: 'm',
      prefix: '',
      place: { url: accounts.url },
      client: { clientId: 'app', clientSecret: SECRET, issuer },
      redirectUrl: REDIRECT,
      records,
      ...change,
      ...other,
    });
  return { authority, accounts, records, process };
}

type World = Awaited<ReturnType<typeof world>>;

/** Logs in a user in a process. */
async function logIn({ authority, process }: World, user: string, scopes?: string): Promise<void> {
  const { url } = await process().login(user, { scopes });
  await process().finish(authority.approve(url, { user }), user);
}

async function whoami(connections: McpConnections, user: string): Promise<unknown> {
  const box = closing(await connections.connect(user));
  return run(box, 'whoami');
}

/** World in which a user has logged in, and the toolbox of that user. */
async function connectedWorld(...options: Parameters<typeof world>) {
  const all = await world(...options);
  await logIn(all, 'ann');
  return { all, box: closing(await all.process().connect('ann')) };
}

const text = (value: string) => [{ type: 'text', text: value }];
const requests = ({ authority }: World, path: string) => authority.journal.filter((one) => one.path === path);

it('logs in a user in one process, finishes in another, and connects in a third', async () => {
  const all = await world();
  const { authority, accounts, process } = all;
  const { url } = await process().login('ann');
  expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
    client_id: 'app',
    redirect_uri: REDIRECT,
    code_challenge_method: 'S256',
    resource: accounts.url,
    state: expect.stringMatching(/^[\w-]{22}$/) as string,
  });
  expect(await process().has('ann')).toBe(false);
  await process().finish(authority.approve(url, { user: 'ann' }), 'ann');
  expect(await process().has('ann')).toBe(true);
  expect(await whoami(process(), 'ann')).toEqual(text('ann'));
});

it('sends no request to connect with a stored list', async () => {
  const all = await world();
  await logIn(all, 'ann');
  await whoami(all.process(), 'ann');
  const { length } = all.accounts.tokens;
  const box = closing(await all.process().connect('ann'));
  expect(box.tools.map(({ name }) => name)).toEqual(['whoami', 'write']);
  expect(all.accounts.tokens).toHaveLength(length);
});

it.each([
  ['client_secret_basic', `Basic ${btoa(`app:${SECRET}`)}`, undefined],
  ['client_secret_post', undefined, SECRET],
])('authenticates the client with %s', async (method, authorization, secret) => {
  const all = await world({ methods: [method] });
  await logIn(all, 'ann');
  expect(requests(all, '/token')).toMatchObject([{ authorization }]);
  expect(requests(all, '/token')[0]?.parameters['client_secret']).toBe(secret);
});

/** Number of users. With SOAK=1, as in the nightly run, one hundred. */
const USERS = process.env['SOAK'] === undefined ? 20 : 100;

it(`keeps the logins of ${USERS} users apart`, async () => {
  const all = await world();
  const users = Array.from({ length: USERS }, (_, at) => `user-${at}`);
  const pages = await Promise.all(users.map((user) => all.process().login(user)));
  await Promise.all(
    users.map(async (user, at) => {
      await all.process().finish(all.authority.approve(pages[at]?.url ?? '', { user }), user);
    }),
  );
  const names = await Promise.all(users.map((user) => whoami(all.process(), user)));
  expect(names).toEqual(users.map(text));
});

it('rejects to connect a user without a login', async () => {
  const { process, accounts } = await world();
  expect(await rejection(process().connect('ann'))).toMatchObject(LOGIN_REQUIRED);
  expect(accounts.tokens).toEqual([]);
});

it.each<[string, (callback: URL) => void]>([
  ['an unknown state', ({ searchParams }) => searchParams.set('state', 'A'.repeat(22))],
  ['a state with a path', ({ searchParams }) => searchParams.set('state', '../user/ann')],
  ['no state', ({ searchParams }) => searchParams.delete('state')],
  ['two states', ({ searchParams }) => searchParams.append('state', 'evil')],
  ['another issuer', ({ searchParams }) => searchParams.set('iss', 'https://evil.example')],
  ['no issuer', ({ searchParams }) => searchParams.delete('iss')],
  ['two codes', ({ searchParams }) => searchParams.append('code', 'evil')],
  ['no code', ({ searchParams }) => searchParams.delete('code')],
  ['an empty code', ({ searchParams }) => searchParams.set('code', '')],
])('rejects a callback with %s, without a token request', async (_what, change) => {
  const all = await world();
  const { authority, process } = all;
  const callback = new URL(authority.approve((await process().login('ann')).url));
  const values = [...callback.searchParams.values()];
  change(callback);
  const error = await rejection(process().finish(callback.href, 'ann'));
  expect(error).toMatchObject(LOGIN_FAILED);
  for (const value of [...values, 'evil']) expect(String(error)).not.toContain(value);
  expect(requests(all, '/token')).toEqual([]);
  expect(await process().has('ann')).toBe(false);
});

it('rejects another issuer of an authorization server that does not announce the parameter', async () => {
  const all = await world({ metadata: { authorization_response_iss_parameter_supported: false } });
  const callback = new URL(all.authority.approve((await all.process().login('ann')).url));
  callback.searchParams.set('iss', 'https://evil.example');
  expect(await rejection(all.process().finish(callback.href, 'ann'))).toMatchObject(LOGIN_FAILED);
  expect(requests(all, '/token')).toEqual([]);
});

it('accepts a callback once', async () => {
  const { authority, process } = await world();
  const callback = authority.approve((await process().login('ann')).url);
  await process().finish(callback, 'ann');
  expect(await rejection(process().finish(callback, 'ann'))).toMatchObject(LOGIN_FAILED);
  const both = authority.approve((await process().login('ann')).url);
  const one = process();
  const results = await Promise.allSettled([one.finish(both, 'ann'), one.finish(both, 'ann')]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

it('rejects the callback of another user, and redeems nothing', async () => {
  const all = await world();
  const { authority, process } = all;
  const callback = authority.approve((await process().login('ann')).url, { user: 'ann' });
  expect(await rejection(process().finish(callback, 'bob'))).toMatchObject(LOGIN_FAILED);
  expect(requests(all, '/token')).toEqual([]);
});

it('rejects an expired callback', async () => {
  const clock = fakeClock();
  const all = await world({}, { clock, loginMs: 5000 });
  const { authority, process } = all;
  const late = authority.approve((await process().login('ann')).url);
  await clock.advance(4999);
  await process().finish(late, 'ann');
  const expired = authority.approve((await process().login('ann')).url);
  await clock.advance(5000);
  expect(await rejection(process().finish(expired, 'ann'))).toMatchObject(LOGIN_FAILED);
});

it('reports that the user refused, and forgets the login', async () => {
  const all = await world();
  const { authority, process, records } = all;
  const callback = authority.approve((await process().login('ann')).url, { refuse: true });
  expect(await rejection(process().finish(callback, 'ann'))).toMatchObject({
    kind: 'auth',
    details: { code: 'login-refused' },
  });
  expect(await entriesOf(records, 'logins')).toEqual([]);
});

it('stores at most five unfinished logins of a user', async () => {
  const { authority, process, records } = await world();
  const pages: string[] = [];
  for (let login = 0; login < 7; login++) pages.push((await process().login('ann')).url);
  expect((await entriesOf(records, 'logins'))[0]?.value.match(/"state"/g)).toHaveLength(5);
  const first = authority.approve(pages[0] ?? '');
  expect(await rejection(process().finish(first, 'ann'))).toMatchObject(LOGIN_FAILED);
  await process().finish(authority.approve(pages[6] ?? ''), 'ann');
});

it('shows an error of the store in `finish`, after which the login starts again', async () => {
  const all = await world();
  const { authority, process, records } = all;
  const failing: RecordStore = {
    ...records,
    write: (space, changes) =>
      changes[0]?.key.includes('"login"') === true
        ? Promise.reject(new Error('disk full'))
        : records.write(space, changes),
  };
  const callback = authority.approve((await process().login('ann')).url);
  expect(await rejection(process({ records: failing }).finish(callback, 'ann'))).toMatchObject({
    kind: 'server',
    message: expect.stringContaining('disk full') as string,
  });
  expect(await rejection(process().finish(callback, 'ann'))).toMatchObject(LOGIN_FAILED);
  await logIn(all, 'ann');
});

it('refreshes once for twenty calls in two processes', async () => {
  const all = await world();
  await logIn(all, 'ann');
  const boxes = await Promise.all([all.process().connect('ann'), all.process().connect('ann')]);
  onTestFinished(async () => void (await Promise.all(boxes.map((box) => box.close()))));
  await Promise.all(boxes.map((box) => run(box, 'whoami')));
  const before = requests(all, '/token').length;
  for (let round = 1; round <= 3; round++) {
    all.authority.expire();
    const calls = boxes.flatMap((box) => Array.from({ length: 10 }, () => run(box, 'whoami')));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => text('ann')));
    expect(requests(all, '/token').length - before).toBe(round);
  }
});

it('does not refresh a token of another process that a later call has read already', async () => {
  const clock = fakeClock();
  const { all, box } = await connectedWorld({}, { clock });
  await run(box, 'whoami');
  all.authority.expire();
  const [{ key } = { key: '' }] = await entriesOf(all.records, 'login');
  expect(await hold(all.records, 'mcp', key, 30_000)).toMatchObject({ state: 'held' });
  const { length } = all.accounts.tokens;
  const waiting = run(box, 'whoami');
  await until(() => all.accounts.tokens.length > length && clock.pending > 1);
  await logIn(all, 'ann');
  expect(await run(box, 'whoami')).toEqual(text('ann'));
  const before = requests(all, '/token').length;
  await clock.advance(1000);
  expect(await waiting).toEqual(text('ann'));
  expect(requests(all, '/token')).toHaveLength(before);
});

it('continues with the tokens of another process after its refresh token was rejected', async () => {
  const { all, box } = await connectedWorld();
  await run(box, 'whoami');
  all.authority.expire();
  // Another process refreshes while the request of this process is on its way.
  all.authority.respond('/token', async () => {
    const other = await all.process().login('ann');
    const callback = all.authority.approve(other.url, { user: 'ann' });
    await all.process().finish(callback, 'ann');
    return Response.json({ error: 'invalid_grant' }, { status: 400 });
  });
  expect(await run(box, 'whoami')).toEqual(text('ann'));
  expect(await entriesOf(all.records, 'login')).toHaveLength(1);
});

it('reports a lost login, and keeps its scopes for the next login', async () => {
  const all = await world();
  await logIn(all, 'ann', 'read');
  const box = closing(await all.process().connect('ann'));
  all.authority.revoke();
  expect(await rejection(run(box, 'whoami'))).toMatchObject(LOGIN_REQUIRED);
  expect(await all.process().has('ann')).toBe(false);
  const { url } = await all.process().login('ann');
  expect(new URL(url).searchParams.get('scope')).toBe('read');
});

it('does not lose a login if the token endpoint fails', async () => {
  const { all, box } = await connectedWorld();
  all.authority.expire();
  all.authority.respond('/token', () => new Response('down', { status: 503 }));
  expect(await rejection(run(box, 'whoami'))).toMatchObject({ kind: 'auth' });
  expect(await all.process().has('ann')).toBe(true);
  expect(await run(box, 'whoami')).toEqual(text('ann'));
});

it.each(['before', 'after'])(
  'does not lose a login if the store fails %s it stores refreshed tokens',
  async (place) => {
    const all = await world();
    const { records } = all;
    await logIn(all, 'ann');
    let failures = 0;
    const failing: RecordStore = {
      ...records,
      async write(space, changes) {
        const isFailing = changes.some(({ type }) => type === 'put') && ++failures <= 2;
        if (isFailing && place === 'before') throw new Error('down');
        const versions = await records.write(space, changes);
        if (isFailing) throw new Error('down');
        return versions;
      },
    };
    await whoami(all.process(), 'ann');
    const box = closing(await all.process({ records: failing }).connect('ann'));
    await run(box, 'whoami');
    failures = 0;
    for (let round = 0; round < 2; round++) {
      all.authority.expire();
      expect(await run(box, 'whoami')).toEqual(text('ann'));
    }
    expect(failures).toBeGreaterThan(1);
  },
);

it('sends nothing to another authorization server that the server names later', async () => {
  const all = await world();
  await logIn(all, 'ann');
  const other = closing(await authorizationServer());
  const { url } = await all.process().login('ann');
  const box = closing(await all.process().connect('ann'));
  await run(box, 'whoami');
  all.accounts.issuer = other.issuer;
  all.authority.expire();
  expect(await rejection(run(box, 'whoami'))).toMatchObject(LOGIN_REQUIRED);
  await all.process().finish(all.authority.approve(url, { user: 'ann' }), 'ann');
  expect(await rejection(all.process().login('ann'))).toMatchObject({
    kind: 'auth',
    details: { code: 'other-issuer' },
  });
  expect(other.journal.every(({ method }) => method === 'GET')).toBe(true);
});

it('does not follow a redirect of the token endpoint', async () => {
  const all = await world();
  const other = closing(await authorizationServer());
  const callback = all.authority.approve((await all.process().login('ann')).url);
  all.authority.respond('/token', () => Response.redirect(`${other.issuer}/token`, 307));
  expect(await rejection(all.process().finish(callback, 'ann'))).toMatchObject(LOGIN_FAILED);
  expect(other.journal).toEqual([]);
});

it('does not send a code to a token endpoint without encryption', async () => {
  const all = await world({ metadata: { token_endpoint: 'http://login.example/token' } });
  const callback = all.authority.approve((await all.process().login('ann')).url);
  expect(await rejection(all.process().finish(callback, 'ann'))).toMatchObject(LOGIN_FAILED);
});

it('masks a code, a verifier and a secret that the token endpoint repeats', async () => {
  const all = await world();
  const callback = all.authority.approve((await all.process().login('ann')).url);
  all.authority.respond('/token', () => {
    const { parameters } = requests(all, '/token').at(-1) ?? {};
    const description = `${JSON.stringify(parameters)} ${SECRET}`;
    return Response.json({ error: 'invalid_grant', error_description: description }, { status: 400 });
  });
  const error = await rejection(all.process().finish(callback, 'ann'));
  expect(error).toMatchObject(LOGIN_FAILED);
  const { code, code_verifier: verifier } = requests(all, '/token')[0]?.parameters ?? {};
  const shown = String(error) + JSON.stringify(error);
  for (const secret of [code, verifier, SECRET]) expect(shown).not.toContain(secret);
});

it.each<[string, (text: string) => Response]>([
  ['an error with status 200', (code) => Response.json({ error: 'bad', error_description: `no ${code}` })],
  ['a response that is not JSON', (code) => new Response(code)],
])('masks a code that the token endpoint repeats in %s', async (_what, respond) => {
  const all = await world();
  const callback = all.authority.approve((await all.process().login('ann')).url);
  const code = new URL(callback).searchParams.get('code') ?? '';
  all.authority.respond('/token', () => respond(code));
  const error = await rejection(all.process().finish(callback, 'ann'));
  expect(error).toMatchObject(LOGIN_FAILED);
  expect(String(error)).not.toContain(code);
});

it('registers the client once for all users, and again if the server has lost the registration', async () => {
  const client = { register: { name: 'App', uri: 'https://app.example' } };
  const all = await world({ registration: true }, { client });
  await logIn(all, 'ann');
  await logIn(all, 'bob');
  expect(requests(all, '/register').map(({ parameters }) => parameters)).toMatchObject([
    { client_name: 'App', client_uri: 'https://app.example', redirect_uris: [REDIRECT] },
  ]);
  all.authority.expire();
  expect(await whoami(all.process(), 'bob')).toEqual(text('bob'));
  all.authority.expire();
  all.authority.respond('/token', () => Response.json({ error: 'invalid_client' }, { status: 401 }));
  expect(await rejection(whoami(all.process(), 'ann'))).toMatchObject(LOGIN_REQUIRED);
  await logIn(all, 'ann');
  expect(requests(all, '/register')).toHaveLength(2);
});

it('names the remedy if the server offers no registration', async () => {
  const { process } = await world({}, { client: { register: { name: 'App' } } });
  expect(await rejection(process().login('ann'))).toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('registration') as string,
  });
});

it('disconnects a user: revokes the tokens, and removes all entries', async () => {
  const all = await world();
  await logIn(all, 'ann');
  await logIn(all, 'bob');
  await whoami(all.process(), 'ann');
  await all.process().login('ann');
  await all.process().disconnect('ann');
  expect(await all.process().has('ann')).toBe(false);
  expect(await all.process().has('bob')).toBe(true);
  expect((await entriesOf(all.records)).filter((entry) => JSON.stringify(entry).includes('ann'))).toEqual([]);
  expect(requests(all, '/revoke').map(({ parameters }) => parameters['token_type_hint'])).toEqual([
    'refresh_token',
    'access_token',
  ]);
});

it('removes the tokens of a former authorization server', async () => {
  const client = { register: { name: 'App' } };
  const all = await world({ registration: true }, { client });
  await logIn(all, 'ann');
  const other = closing(await authorizationServer({ registration: true }));
  all.accounts.issuer = other.issuer;
  await logIn({ ...all, authority: other }, 'ann');
  const [login, ...others] = await entriesOf(all.records, 'login');
  expect([login?.value.includes(other.issuer), login?.value.includes(all.authority.issuer), others]).toEqual([
    true,
    false,
    [],
  ]);
});

it('disconnects a user whose login belongs to the issuer of former options', async () => {
  const all = await world();
  await logIn(all, 'ann');
  const client = { clientId: 'app', clientSecret: SECRET, issuer: 'https://new.example' };
  await all.process({ client }).disconnect('ann');
  expect((await entriesOf(all.records)).filter((entry) => JSON.stringify(entry).includes('ann'))).toEqual([]);
});

it('removes the tokens even if revoking fails, and emits an event', async () => {
  const events: string[] = [];
  const onEvent = ({ type, detail }: { type: string; detail: string }) =>
    void events.push(`${type} ${detail}`);
  const all = await world({}, { onEvent });
  await logIn(all, 'ann');
  all.authority.respond('/revoke', () => new Response(null, { status: 503 }));
  await all.process().disconnect('ann');
  expect(await all.process().has('ann')).toBe(false);
  expect(events).toEqual([
    'revocation-failed mcp "m": the tokens were not revoked: the authorization server refused to revoke a token with status 503',
  ]);
});

it('refreshes a token that another process has stored and that has expired', async () => {
  const all = await world();
  await logIn(all, 'ann');
  const [idle, busy] = await Promise.all([all.process().connect('ann'), all.process().connect('ann')]);
  onTestFinished(async () => void (await Promise.all([idle.close(), busy.close()])));
  for (const box of [idle, busy]) expect(await run(box, 'whoami')).toEqual(text('ann'));
  all.authority.expire();
  expect(await run(busy, 'whoami')).toEqual(text('ann'));
  all.authority.expire();
  expect(await run(idle, 'whoami')).toEqual(text('ann'));
});

it('does not store a token that another process receives after the user has disconnected', async () => {
  const { all, box } = await connectedWorld();
  await run(box, 'whoami');
  all.authority.expire();
  all.authority.respond('/token', async () => {
    await all.process().disconnect('ann');
    return Response.json({ access_token: 'late', refresh_token: 'late', token_type: 'bearer' });
  });
  expect(await rejection(run(box, 'whoami'))).toMatchObject(LOGIN_REQUIRED);
  expect(await all.process().has('ann')).toBe(false);
});

it.each([['a/b'], ['a%2Fb'], ['..'], ['a\0b'], ['😀'.repeat(256)], ['ann/../bob']])(
  'stores the user %j under a separate name',
  async (user) => {
    const all = await world();
    await logIn(all, user);
    expect(await whoami(all.process(), user)).toEqual(text(user));
    const keys = (await entriesOf(all.records)).map(({ key }) => JSON.parse(key) as readonly unknown[]);
    expect(keys.map(([, owner]) => owner)).toEqual([user, user]);
    expect(await all.process().has('b')).toBe(false);
  },
);

it.each([[''], ['x'.repeat(257)], ['\ud800'], [5 as never], [undefined as never]])(
  'rejects the user %j',
  async (user) => {
    const { process } = await world();
    const connections = process();
    for (const work of [
      () => connections.login(user),
      () => connections.finish(REDIRECT, user),
      () => connections.connect(user),
      () => connections.has(user),
      () => connections.disconnect(user),
    ])
      expect(await rejection(work())).toMatchObject({ kind: 'config', details: { path: 'user' } });
  },
);

it('requests the scopes of the challenge first, and adds further scopes', async () => {
  const all = await world({ scopes: ['read', 'write', 'offline_access'] }, {}, 'read');
  const scopeOf = async (scopes?: string): Promise<string | null> =>
    new URL((await all.process().login('ann', { scopes })).url).searchParams.get('scope');
  expect(await scopeOf()).toBe('read offline_access');
  expect(await scopeOf('write')).toBe('read write offline_access');
  expect(await rejection(all.process().login('ann', { scopes: 'a"b' }))).toMatchObject({
    kind: 'invalid-request',
    details: { path: 'scopes' },
  });
});

it('rejects a login with more scopes than an address can contain', async () => {
  const { process, records, accounts } = await world();
  accounts.scopes = Array.from({ length: 50_000 }, (_, at) => `scope-${at}`);
  expect(await rejection(process().login('ann'))).toMatchObject({
    ...LOGIN_FAILED,
    message: expect.stringContaining('set the option scope') as string,
  });
  expect(await entriesOf(records)).toEqual([]);
});
