import { testServer } from '@majordomo/test-support';
import { authorizationServer } from '@majordomo/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from './built.ts';
import { createdKey, started, startVendor } from './started.ts';
import { lab } from './world.ts';

/** MCP server on stdin and stdout, without a package, whose tool returns a variable of the environment. */
const SERVER = `
import { createInterface } from 'node:readline';
const answers = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }),
  'tools/list': () => ({ tools: ['read_note', 'delete_note'].map((name) => ({ name, inputSchema: { type: 'object' } })) }),
  'tools/call': ({ name }) => ({ content: [{ type: 'text', text: name + ' with ' + process.env.TOKEN }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = answers[method];
  const body = answer ? { result: answer(params) } : { error: { code: -32601, message: 'unknown' } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...body }) + '\\n');
});
`;

const configOf = (mcp: object, others: object): string =>
  JSON.stringify({ model: 'fast', aliases: { fast: 'lab/gpt-4o' }, gateway: { mcp, ...others } });

async function serving(mcp: object, env: Readonly<Record<string, string>> = {}, others: object = {}) {
  const vendor = await startVendor();
  const cwd = folder({ 'majordomo.config.json': configOf(mcp, others), 'server.mjs': SERVER });
  const running = started(['serve', '--port', '0', '--no-inspector'], {
    cwd,
    env: { ...lab(vendor), ...env },
  });
  return { ...running, cwd };
}

/** Client of an MCP server, which sends requests with a key. */
function clientOf(url: string, key?: string): (method: string, params: object) => Promise<string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(url, { method: 'POST', headers, body });
    const session = response.headers.get('mcp-session-id');
    if (session !== null) headers['mcp-session-id'] = session;
    return response.text();
  };
}
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

/** MCP server with a tool that returns the user of the access token. */
async function accountServer(redirectUris: readonly string[]) {
  const clients = [{ clientId: 'app', clientSecret: 'secret-of-the-company', redirectUris }];
  const authority = await authorizationServer({ clients });
  const answerTo = (text: string, user: string): object | undefined => {
    const { id, method = '' } = JSON.parse(text || '{}') as { id?: number; method?: string };
    const results: Readonly<Record<string, object>> = {
      initialize: { ...INITIALIZE, capabilities: { tools: {} }, serverInfo: INITIALIZE.clientInfo },
      'tools/list': { tools: [{ name: 'whoami', inputSchema: { type: 'object' } }] },
      'tools/call': { content: [{ type: 'text', text: `account of ${user}` }] },
    };
    const result = results[method];
    const outcome = result ? { result } : { error: { code: -32_601, message: 'no' } };
    return id === undefined ? undefined : { jsonrpc: '2.0', id, ...outcome };
  };
  const server = await testServer((response, request) => {
    const origin = `http://${request.headers.host}`;
    const send = (status: number, body?: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body && JSON.stringify(body));
    };
    const metadata = { resource: `${origin}/mcp`, authorization_servers: [authority.issuer] };
    const issued = authority.check(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const challenge = { 'www-authenticate': `Bearer resource_metadata="${origin}/metadata"` };
    if (request.path === '/metadata') send(200, metadata);
    else if (issued === undefined) send(401, undefined, challenge);
    else {
      const answer = answerTo(request.text, issued.user);
      send(answer === undefined ? 202 : 200, answer);
    }
  });
  onTestFinished(async () => {
    await server.close();
    await authority.close();
  });
  return { authority, url: `${server.origin}/mcp` };
}

const ORIGIN = 'https://gateway.example';
const PAGE = `${ORIGIN}/mcp-login/accounts`;

/** Server with a login for each user, and what browsers do at its pages. */
async function withLogin() {
  const { authority, url: accounts } = await accountServer([`${PAGE}/callback`]);
  const client = { clientId: 'app', clientSecret: '${SECRET}', issuer: authority.issuer };
  const mcp = { url: ORIGIN, servers: { accounts: { url: accounts, login: { client } } } };
  const running = await serving(
    mcp,
    { SECRET: 'secret-of-the-company' },
    { keys: true, store: 'gateway.db' },
  );
  const url = await running.outputMatching(/MCP: (\S+)/);
  const keyOf = (...argv: readonly string[]): Promise<string> =>
    createdKey([...argv, '--store', 'gateway.db'], { cwd: running.cwd });
  // A reverse proxy with the public address passes requests on.
  const browse = (address: string, init: RequestInit = {}): Promise<Response> =>
    fetch(address.replace(ORIGIN, new URL(url).origin), { redirect: 'manual', ...init });
  const enter = (key: string, from = ORIGIN): Promise<Response> =>
    browse(PAGE, { method: 'POST', headers: { origin: from }, body: new URLSearchParams({ key }) });
  const finish = (callback: string, key: string): Promise<Response> =>
    browse(callback, { headers: { cookie: `a=b; majordomo-login=${key}` } });
  return { authority, running, url, keyOf, browse, enter, finish };
}

describe('majordomo serve with gateway.mcp', () => {
  it('serves the tools of a program, with a variable of the environment', async () => {
    const notes = {
      command: process.execPath,
      args: ['server.mjs'],
      env: { TOKEN: 'token-${NOTES_TOKEN}' },
    };
    const cwd = folder({ 'server.mjs': SERVER });
    const running = await serving({ servers: { notes: { ...notes, cwd } } }, { NOTES_TOKEN: '42' });
    const url = await running.outputMatching(/MCP: (\S+)/);
    const send = clientOf(url);
    await send('initialize', INITIALIZE);
    expect(await send('tools/list', {})).toContain('"notes__read_note"');
    expect(await send('tools/call', { name: 'notes__read_note' })).toContain('read_note with token-42');
  });

  it('logs in the owner of a key at its pages', async () => {
    const { authority, url, keyOf, browse, enter, finish } = await withLogin();
    const [ann, bob] = [await keyOf('ann'), await keyOf('bob')];
    const send = clientOf(url, ann);
    await send('initialize', INITIALIZE);
    expect(await send('tools/call', { name: 'accounts__whoami' })).toContain(`Open ${PAGE} in a browser`);

    expect(await (await browse(PAGE)).text()).toContain('<form method="post" action="/mcp-login/accounts">');
    expect((await enter(ann, 'https://evil.example')).status).toBe(403);
    expect((await enter('mj_unknown')).status).toBe(401);
    expect((await enter(`mj_${'x'.repeat(10_000)}`)).status).toBe(401);
    expect((await browse(`${ORIGIN}/mcp-login/other`)).status).toBe(404);
    const login = await enter(ann);
    expect(login.status).toBe(303);
    const [cookie = ''] = login.headers.getSetCookie();
    expect(login.headers.get('cache-control')).toBe('no-store');
    expect(cookie).toMatch(/; Path=\/mcp-login\/accounts; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
    const callback = authority.approve(login.headers.get('location') ?? '', { user: 'ann' });
    expect((await browse(callback)).status).toBe(401);
    // The browser of another user cannot connect the account.
    expect((await finish(callback, bob)).status).toBe(400);
    const finished = await finish(callback, /majordomo-login=([^;]+)/.exec(cookie)?.[1] ?? '');
    expect([finished.status, finished.headers.getSetCookie()]).toEqual([
      200,
      [expect.stringContaining('majordomo-login=; Path=/mcp-login/accounts; Max-Age=0')],
    ]);
    expect((await finish(callback, ann)).status).toBe(400);
    expect(await send('tools/call', { name: 'accounts__whoami' })).toContain('account of ann');
    const other = clientOf(url, bob);
    await other('initialize', INITIALIZE);
    expect(await other('tools/call', { name: 'accounts__whoami' })).toContain(`Open ${PAGE} in a browser`);
  });

  it('refuses a login to a key that may not use the server', async () => {
    const { authority, keyOf, enter, finish } = await withLogin();
    const [ann, other] = [await keyOf('ann'), await keyOf('other', '--mcp', 'wiki=*')];
    const refused = await enter(other);
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    expect(await refused.text()).toContain('This key may not use this server.');
    const callback = authority.approve((await enter(ann)).headers.get('location') ?? '');
    expect((await finish(callback, other)).status).toBe(403);
    expect(authority.journal.filter(({ path }) => path === '/token')).toEqual([]);
  });

  it('limits the logins of a key that wait for the authorization server', async () => {
    const { authority, keyOf, enter } = await withLogin();
    const [ann, bob] = [await keyOf('ann'), await keyOf('bob')];
    for (let n = 0; n < 5; n++)
      authority.respond('oauth-authorization-server', () => new Promise(() => undefined));
    const requests = (): number =>
      authority.journal.filter(({ path }) => path.startsWith('/.well-known')).length;
    const waiting = Array.from({ length: 5 }, () => enter(ann));
    await expect.poll(requests).toBe(5);
    expect((await enter(ann)).status).toBe(429);
    expect((await enter(bob)).status).toBe(303);
    await authority.close();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(5).fill(502));
    expect((await enter(ann)).status).toBe(502);
  });

  it('shows a page for a login that fails, and its reason to the operator only', async () => {
    const { authority, running, keyOf, enter, finish } = await withLogin();
    const ann = await keyOf('ann');
    const start = async (): Promise<string> =>
      authority.approve((await enter(ann)).headers.get('location') ?? '');
    const error = { error: 'invalid_client', error_description: '<b>secret-of-the-company</b>' };
    authority.respond('/token', () => Response.json(error, { status: 401 }));
    const wrong = await finish(await start(), ann);
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('The login failed.')]);
    await expect.poll(() => running.err()).toMatch(/auth: mcp "accounts": .*<b>\*\*\*<\/b>/);
    const callback = await start();
    await authority.close();
    const down = [await finish(callback, ann), await enter(ann)];
    for (const response of down) {
      expect([response.status, response.headers.get('content-type')]).toEqual([
        502,
        'text/html; charset=utf-8',
      ]);
      expect(await response.text()).toContain('The login is not possible at the moment.');
    }
    expect(running.err()).toContain('network: mcp "accounts": authorization: connect ECONNREFUSED');
  });

  it.each([
    [
      { servers: { a: { url: 'https://x.example/', login: {} } } },
      'gateway.mcp of the configuration has a server with a login, and no `url`',
    ],
    [
      {
        url: 'https://gateway.example',
        servers: {
          a: { url: 'https://x.example/', login: { client: { metadataUrl: 'https://x.example/c' } } },
        },
      },
      'needs gateway.keys: true',
    ],
    [
      {
        url: 'https://gateway.example',
        servers: { a: { url: 'https://x.example/', login: { user: 'ann' } } },
      },
      'gateway.mcp.servers.a.login of the configuration must have no `user`',
    ],
    [{ url: 'https://gateway.example/x', servers: {} }, 'gateway.mcp.url must be an origin'],
    [
      { servers: { Notes: { url: 'https://x.example/' } } },
      'gateway.mcp of the configuration: servers["Notes"]',
    ],
    [{ servers: { notes: { url: '${MISSING}' } } }, 'needs the variable MISSING'],
    [{ servers: [] }, 'gateway.mcp.servers must be an object'],
    [{ tenants: {} }, 'gateway.mcp.servers is missing'],
  ])('refuses %j', async (mcp, message) => {
    const running = await serving(mcp, {}, { store: 'gateway.db' });
    expect(await running.exitCode).not.toBe(0);
    expect(running.err()).toContain(message);
  });
});
