import {
  auth as finishLogin,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
} from '@modelcontextprotocol/client';
import { fakeClock } from '@majordomo/testing';
import { defineTool } from '@majordomo/agent';
import { describe, expect, it } from 'vitest';
import { connectMcp, type McpAuth, type McpOptions, type McpToolbox } from '../src/index.ts';
import { httpServer } from './support/http-server.ts';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { Entry } from '../src/entry.ts';
import { entriesOf } from './support/entries.ts';
import { followLogin, tokenProtected, tokenServer, type TokenServer } from './support/token-server.ts';
import { rejection, run, testToolbox, until } from './support/world.ts';

const tool = defineTool({
  name: 'look',
  description: 'Looks',
  parameters: { type: 'object' },
  run: () => 'found',
});
const METADATA_URL = 'https://app.example/client.json';
const METADATA_PATH = '/metadata/of/the/resource';

/** MCP server whose metadata has an unusual address, and which requests the scope `read`. */
const protectedServer = (issuer: string, respond: Parameters<typeof tokenProtected>[1]): Promise<string> =>
  tokenProtected({ issuer, tools: [tool], scope: 'read', path: METADATA_PATH }, respond);

async function connected(
  url: string,
  auth: McpAuth | OAuthClientProvider,
  options: Partial<McpOptions> = {},
  fetch = globalThis.fetch,
): Promise<McpToolbox> {
  return testToolbox({ name: 'm', prefix: '', place: { url, auth, fetch }, ...options });
}
const accepts = (): undefined => undefined;
const machine = ({ issuer }: Pick<TokenServer, 'issuer'>): McpAuth => ({
  grant: 'client-credentials',
  clientId: 'clerk',
  clientSecret: 'secret-of-the-client',
  issuer,
});

it('reads the metadata at the address of the challenge, and requests its scope', async () => {
  const authority = await tokenServer();
  await connected(await protectedServer(authority.issuer, accepts), machine(authority));
  expect(authority.tokenRequests.map(({ body }) => body['scope'])).toEqual(['read']);
});

it('masks a token that the server repeats', async () => {
  const authority = await tokenServer();
  const url = await protectedServer(
    authority.issuer,
    (token) => new Response(`bad token: ${token}`, { status: 500 }),
  );
  const error = await rejection(connected(url, machine(authority)));
  expect(error).toMatchObject({ message: expect.stringContaining('bad token: ***') as string });
  expect(String(error)).not.toContain(authority.token);
});

it('is of the kind network if the authorization server is unreachable', async () => {
  const authority = await tokenServer();
  const url = await protectedServer(authority.issuer, accepts);
  const fetch: typeof globalThis.fetch = (input, init) =>
    String(input).startsWith(authority.issuer)
      ? Promise.reject(new TypeError('fetch failed', { cause: new Error('refused') }))
      : globalThis.fetch(input, init);
  expect(await rejection(connected(url, machine(authority), {}, fetch))).toMatchObject({
    kind: 'network',
    message: 'mcp "m": authorization: refused',
  });
});

it('logs in with the function of `place.fetch`, at the port of the options', async () => {
  const authority = await tokenServer({ metadata: { scopes_supported: ['read', 'offline_access'] } });
  const url = await protectedServer(authority.issuer, accepts);
  const free = await httpServer(() => Promise.resolve(undefined));
  await free.stop();
  const requests: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests.push(new URL(String(input)).pathname);
    return globalThis.fetch(input, init);
  };
  const pages: string[] = [];
  const texts: Promise<string>[] = [];
  const show = (page: string): void => {
    pages.push(page);
    texts.push(followLogin(page));
  };
  const client = { metadataUrl: METADATA_URL };
  await connected(url, { grant: 'login', client, show, port: free.port }, {}, fetch);
  expect(requests.filter((path) => path === '/token')).toHaveLength(1);
  expect(await texts[0]).toContain('You are logged in and can close this window.');
  const { searchParams } = new URL(pages[0] ?? '');
  expect(Object.fromEntries(searchParams)).toMatchObject({
    redirect_uri: `http://127.0.0.1:${free.port}/callback`,
    scope: 'read offline_access',
  });
});

it('limits the time of a connection also after the login', async () => {
  const clock = fakeClock();
  const authority = await tokenServer({ answer: () => new Promise(() => undefined) });
  const url = await protectedServer(authority.issuer, accepts);
  const client = { metadataUrl: METADATA_URL };
  const texts: Promise<string>[] = [];
  const show = async (page: string): Promise<void> => {
    await clock.advance(30_000);
    texts.push(followLogin(page));
  };
  const outcome = rejection(connected(url, { grant: 'login', client, show }, { clock, connectMs: 5000 }));
  await until(() => authority.tokenRequests.length === 1);
  await clock.advance(5000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "m": connecting: the server sent no data for 5000 ms; raise timeoutMs or connectMs',
  });
  expect(await texts[0]).toContain('The login failed. The program shows the reason.');
});

it('ends a login after ten minutes', async () => {
  const clock = fakeClock();
  const authority = await tokenServer();
  const url = await protectedServer(authority.issuer, accepts);
  const pages: string[] = [];
  const show = (page: string): void => void pages.push(page);
  const client = { metadataUrl: METADATA_URL };
  const outcome = rejection(connected(url, { grant: 'login', client, show }, { clock }));
  let isOver = false;
  void outcome.then(() => (isOver = true));
  await until(() => pages.length === 1);
  await clock.advance(599_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({ kind: 'timeout' });
});

it('reports an issuer that does not match', async () => {
  const authority = await tokenServer();
  const url = await protectedServer(authority.issuer, accepts);
  const client = { metadataUrl: METADATA_URL };
  const failure = (change: (page: URL) => string): Promise<unknown> =>
    rejection(
      connected(url, {
        grant: 'login',
        client,
        show: async (page) => void (await followLogin(change(new URL(page)))),
      }),
    );
  const otherIssuer = ({ href }: URL): string => href.replace('127.0.0.1', 'localhost');
  expect(await failure(otherIssuer)).toMatchObject({
    message:
      'mcp "m": the authorization failed: the issuer is not that of the authorization server; check place.auth',
  });
});

/** Stores tokens of the server at an address. */
async function storeTokens(
  records: RecordStore,
  url: string,
  tokens: { readonly issuer: string } & Readonly<Record<string, string>>,
): Promise<void> {
  await new Entry({ records, name: 'm', place: { url } }, 'login').write({ issuer: tokens.issuer, tokens });
}

it('removes a refresh token that the authorization server rejects', async () => {
  const authority = await tokenServer({
    answer: () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
  });
  const url = await protectedServer(authority.issuer, () => false);
  const records = memoryRecords();
  const { issuer } = authority;
  await storeTokens(records, url, { access_token: 'old', token_type: 'bearer', refresh_token: 'r1', issuer });
  const client = { metadataUrl: METADATA_URL };
  expect(await rejection(connected(url, { grant: 'login', client }, { records }))).toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('mcp "m": a login is required; pass place.auth.show') as string,
    details: { code: 'login-required' },
  });
  expect(authority.tokenRequests).toMatchObject([{ body: { refresh_token: 'r1' } }]);
  expect(await entriesOf(records, 'login')).toEqual([]);
});

it('aborts the requests of a login when the toolbox is closed', async () => {
  const authority = await tokenServer();
  const url = await protectedServer(authority.issuer, accepts);
  const signals: (AbortSignal | null | undefined)[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (!String(input).startsWith(authority.issuer)) return globalThis.fetch(input, init);
    signals.push(init?.signal);
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        reject(new TypeError('aborted'));
      });
    });
  };
  const controller = new AbortController();
  const { signal } = controller;
  const outcome = rejection(connected(url, machine(authority), { signal }, fetch));
  await until(() => signals.length === 1);
  controller.abort();
  expect(await outcome).toMatchObject({ kind: 'aborted' });
  await until(() => signals[0]?.aborted === true);
});

it.each<[string, (authority: TokenServer, pages: string[]) => McpAuth]>([
  ['a machine', machine],
  ['a user', () => ({ grant: 'login', client: { metadataUrl: METADATA_URL } })],
  [
    'a user who could log in',
    (_authority, pages) => ({
      grant: 'login',
      client: { metadataUrl: METADATA_URL },
      show: (page) => void pages.push(page),
    }),
  ],
])(
  'requests a token of %s again after an aborted call whose token request has no response',
  async (_who, authOf) => {
    let answer = (): Response | Promise<Response> => token(1);
    const token = (n: number): Response =>
      Response.json({ access_token: `t${n}`, token_type: 'bearer', refresh_token: 'r' });
    const authority = await tokenServer({ answer: () => answer() });
    let valid = 't1';
    const url = await protectedServer(authority.issuer, (used) => (used === valid ? undefined : false));
    const records = memoryRecords();
    const { issuer } = authority;
    await storeTokens(records, url, { access_token: 't1', token_type: 'bearer', refresh_token: 'r', issuer });
    const pages: string[] = [];
    const box = await connected(url, authOf(authority, pages), { records });
    valid = 't2';
    answer = () => new Promise(() => undefined);
    const before = authority.tokenRequests.length;
    const controller = new AbortController();
    const outcome = rejection(run(box, 'look', {}, { signal: controller.signal }));
    await until(() => authority.tokenRequests.length > before);
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    answer = () => token(2);
    expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'found' }]);
    expect(pages).toEqual([]);
  },
);

describe('a provider of the SDK as place.auth', () => {
  const REDIRECT = 'https://app.example/callback';

  /** Provider of a web application with a client secret. */
  function provider(issuer: string) {
    const pages: URL[] = [];
    let saved: OAuthTokens | undefined;
    let verifier = '';
    let discovery: OAuthDiscoveryState | undefined;
    const client: OAuthClientProvider = {
      redirectUrl: REDIRECT,
      clientMetadata: { redirect_uris: [REDIRECT] },
      clientInformation: () => ({ client_id: 'web', client_secret: 'secret-of-the-web', issuer }),
      tokens: () => saved,
      saveTokens: (tokens) => {
        saved = tokens;
      },
      redirectToAuthorization: (url) => void pages.push(url),
      saveCodeVerifier: (value) => {
        verifier = value;
      },
      codeVerifier: () => verifier,
      saveDiscoveryState: (state) => {
        discovery = state;
      },
      discoveryState: () => discovery,
    };
    return { client, pages };
  }

  it('redirects the user, and connects after the login, with its secret', async () => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, accepts);
    const { client, pages } = provider(authority.issuer);
    expect(await rejection(connected(url, client))).toMatchObject({
      kind: 'auth',
      message: 'mcp "m": a login is required; complete the login of place.auth, and connect again',
      details: { code: 'login-required' },
    });
    expect(pages.map(({ searchParams }) => searchParams.get('redirect_uri'))).toEqual([REDIRECT]);
    const iss = authority.issuer;
    expect(await finishLogin(client, { serverUrl: url, authorizationCode: 'code-1', iss })).toBe(
      'AUTHORIZED',
    );
    expect(JSON.stringify(authority.tokenRequests.at(-1))).toMatch(/secret-of-the-web|Basic /);
    const box = await connected(url, client);
    expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'found' }]);
  });

  it('sends the headers of the place only to the place, and shows no token', async () => {
    const authority = await tokenServer();
    const received: string[] = [];
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      received.push(`${new URL(String(input)).port} ${String(new Headers(init?.headers).get('x-key'))}`);
      return globalThis.fetch(input, init);
    };
    const url = await protectedServer(authority.issuer, accepts);
    const { client } = provider(authority.issuer);
    const place = { url, fetch, headers: { 'x-key': 'key-of-the-place' }, auth: client };
    await rejection(connectMcp({ name: 'm', place }));
    const ports = [url, authority.issuer].map((address) => new URL(address).port);
    expect([...new Set(received)]).toEqual([`${ports[0]} key-of-the-place`, `${ports[1]} null`]);
    const echo = ((input: string | URL | Request, init?: RequestInit) =>
      Promise.resolve(
        new Response(String(new Headers(init?.headers).get('authorization')), { status: 500 }),
      )) as typeof globalThis.fetch;
    await client.saveTokens({ access_token: 'token-of-the-provider', token_type: 'bearer' });
    const failed = await rejection(connectMcp({ name: 'm', place: { ...place, fetch: echo } }));
    expect(String(failed)).toContain('Bearer ***');
  });

  it('is rejected in addition to a credential', async () => {
    const { client } = provider('https://issuer.example');
    const place = { url: 'https://x.example', auth: client, credential: 'token' };
    expect(await rejection(connectMcp({ name: 'm', place }))).toMatchObject({
      kind: 'config',
      details: { path: 'place.auth' },
    });
  });

  it.each([
    [
      { grant: 'login', client: { metadataUrl: METADATA_URL }, clientSecret: 's' },
      'place.auth: clientSecret',
    ],
    [{ grant: 'login', client: { metadataUrl: METADATA_URL, clientSecret: 's' } }, 'client.clientSecret'],
  ])('rejects a client secret without its client', async (auth, path) => {
    expect(await rejection(connected('https://x.example', auth as McpAuth))).toMatchObject({
      kind: 'config',
      message: expect.stringContaining(path) as string,
    });
  });
});
