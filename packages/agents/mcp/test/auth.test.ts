import { generateKeyPairSync } from 'node:crypto';
import { defineTool } from '@majordomo/agent';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CLIENT, startAuthority } from '../../../calls/credentials/test/support/authority.ts';
import { type McpAuth, type McpOptions, type McpToolbox } from '../src/index.ts';
import { followLogin, tokenProtected, tokenServer, type TokenServer } from './support/token-server.ts';
import { memoryRecords } from '@majordomo/records';
import { entriesOf, tokensIn } from './support/entries.ts';
import { closing, rejection, run, testToolbox, until } from './support/world.ts';

const add = defineTool({
  name: 'add',
  description: 'Adds',
  parameters: z.object({ a: z.number() }),
  run: ({ a }) => String(a + 1),
});
const two = [{ type: 'text', text: '2' }];
const SECRET = 'secret-of-the-client';

/** MCP server that accepts tokens, and names its authorization server. */
const protectedServer = (issuer: string, accepts: (token: string) => boolean): Promise<string> =>
  tokenProtected({ issuer, tools: [add] }, (token) => (accepts(token) ? undefined : false));

async function connected(url: string, auth: McpAuth, options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  return testToolbox({ name: 'm', prefix: '', place: { url, auth }, ...options });
}

const machine = ({ issuer }: TokenServer): McpAuth & { readonly grant: 'client-credentials' } => ({
  grant: 'client-credentials',
  clientId: 'clerk',
  clientSecret: SECRET,
  issuer,
  scope: 'book',
});

describe('a program with client credentials', () => {
  it('receives a token for this server, once for all calls, and a new one after a 401', async () => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, (token) => token === authority.token);
    const box = await connected(url, machine(authority));
    await Promise.all([1, 1, 1].map((a) => run(box, 'add', { a })));
    expect(authority.tokenRequests).toEqual([
      {
        authorization: `Basic ${btoa(`clerk:${SECRET}`)}`,
        body: { grant_type: 'client_credentials', scope: 'book', resource: url },
      },
    ]);
    authority.rotate();
    expect(await Promise.all([1, 1].map((a) => run(box, 'add', { a })))).toEqual([two, two]);
    expect(authority.tokenRequests).toHaveLength(2);
  });

  it('finds its token in the store', async () => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, (token) => token === authority.token);
    const records = memoryRecords();
    await connected(url, machine(authority), { records });
    await connected(url, machine(authority), { records });
    expect(authority.tokenRequests).toHaveLength(1);
  });

  it('sends a stored token only to the address for which it was issued', async () => {
    const authority = await tokenServer();
    const records = memoryRecords();
    await connected(await protectedServer(authority.issuer, () => true), machine(authority), { records });
    const seen: string[] = [];
    const other = await protectedServer(
      authority.issuer,
      (token) => (seen.push(token), token === authority.token),
    );
    const { token } = authority;
    authority.rotate();
    await connected(other, machine(authority), { records });
    expect(seen).not.toContain(token);
  });

  it('sends its secret to no other authorization server', async () => {
    const authority = await tokenServer();
    const stranger = await tokenServer();
    const url = await protectedServer(stranger.issuer, () => true);
    const error = await rejection(connected(url, machine(authority)));
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('mcp "m"') as string });
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
    expect([...authority.tokenRequests, ...stranger.tokenRequests]).toEqual([]);
  });

  it('rejects metadata of another issuer', async () => {
    const authority = await tokenServer({ metadata: { issuer: 'https://other.example' } });
    const url = await protectedServer(authority.issuer, () => true);
    expect(await rejection(connected(url, machine(authority)))).toMatchObject({ kind: 'auth' });
    expect(authority.tokenRequests).toEqual([]);
  });

  it.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    [
      'an error',
      () => Response.json({ error: 'invalid_client', error_description: `no ${SECRET}` }, { status: 401 }),
    ],
    ['status 500', () => new Response('down', { status: 500 })],
  ])('reports a token endpoint that answers with %s, without the secret', async (_what, answer) => {
    const authority = await tokenServer({ answer });
    const url = await protectedServer(authority.issuer, () => true);
    const error = await rejection(connected(url, machine(authority)));
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('place.auth') as string });
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
  });

  it('reports a token endpoint that does not answer, within `connectMs`', async () => {
    const clock = fakeClock();
    const authority = await tokenServer({ answer: () => new Promise(() => undefined) });
    const url = await protectedServer(authority.issuer, () => true);
    const outcome = rejection(connected(url, machine(authority), { clock, connectMs: 5000 }));
    await until(() => authority.tokenRequests.length === 1);
    await clock.advance(5000);
    expect(await outcome).toMatchObject({ kind: 'timeout' });
  });

  it('signs an assertion with its key', async () => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, (token) => token === authority.token);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { issuer } = authority;
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const auth = { grant: 'private-key-jwt', clientId: 'clerk', algorithm: 'ES256', issuer } as const;
    const box = await connected(url, { ...auth, privateKey: pem });
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    const [, claims = ''] = (authority.tokenRequests[0]?.body['client_assertion'] ?? '').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'clerk',
      sub: 'clerk',
    });
    const error = await rejection(connected(url, { ...auth, privateKey: `${pem.slice(0, 60)}broken` }));
    expect(error).toMatchObject({ kind: 'auth' });
    expect(String(error)).not.toContain('broken');
  });
});

const METADATA_URL = 'https://app.example/client.json';

/** Records a login page, and follows it like a browser. `change` edits the callback. */
const visit = (requests: string[], change?: (callback: URL) => void) => async (page: string) => {
  requests.push(page);
  await followLogin(page, change);
};

describe('the login of a user', () => {
  it.each(['2025', 'auto'] as const)(
    'of a client of %s uses a metadata document, PKCE, and the resource',
    async (protocol) => {
      const authority = await tokenServer();
      const url = await protectedServer(authority.issuer, (token) => token === authority.token);
      const pages: string[] = [];
      const client = { metadataUrl: METADATA_URL };
      const box = await connected(url, { grant: 'login', client, show: visit(pages) }, { protocol });
      expect(await run(box, 'add', { a: 1 })).toEqual(two);
      const query = Object.fromEntries(new URL(pages[0] ?? '').searchParams);
      expect(query).toMatchObject({ client_id: METADATA_URL, code_challenge_method: 'S256', resource: url });
      expect(authority.tokenRequests).toMatchObject([
        {
          body: { grant_type: 'authorization_code', client_id: METADATA_URL, code: 'code-1', resource: url },
        },
      ]);
      expect(authority.challengeOf(authority.tokenRequests[0]?.body['code_verifier'])).toBe(
        query['code_challenge'],
      );
    },
  );

  it.each<[string, (callback: URL) => void]>([
    ['another state', ({ searchParams }) => searchParams.set('state', 'forged')],
    ['no state', ({ searchParams }) => searchParams.delete('state')],
  ])('ignores a request with %s, and continues', async (_what, change) => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, (token) => token === authority.token);
    const statuses: number[] = [];
    const show = async (page: string): Promise<void> => {
      const callback = new URL(new URL(page).searchParams.get('redirect_uri') ?? '');
      callback.search = 'code=evil&state=x';
      change(callback);
      statuses.push((await fetch(callback)).status);
      await visit([])(page);
    };
    const box = await connected(url, { grant: 'login', client: { metadataUrl: METADATA_URL }, show });
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    expect(statuses).toEqual([400]);
    expect(authority.tokenRequests).toMatchObject([{ body: { code: 'code-1' } }]);
  });

  it.each<[string, (callback: URL) => void]>([
    ['another issuer', ({ searchParams }) => searchParams.set('iss', 'https://evil.example')],
    ['no issuer', ({ searchParams }) => searchParams.delete('iss')],
    [
      'a refusal',
      ({ searchParams }) => {
        searchParams.delete('code');
        searchParams.set('error', 'access_denied');
      },
    ],
  ])('fails if the callback has %s, without a token request', async (_what, change) => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, () => true);
    const show = visit([], change);
    const error = await rejection(
      connected(url, { grant: 'login', client: { metadataUrl: METADATA_URL }, show }),
    );
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'login-failed' } });
    expect(String(error)).not.toContain('evil.example');
    expect(authority.tokenRequests).toEqual([]);
  });

  it.each(['2025', 'auto'] as const)(
    'of a client of %s needs `show` without a stored token',
    async (protocol) => {
      const authority = await tokenServer();
      const url = await protectedServer(authority.issuer, () => true);
      const client = { metadataUrl: METADATA_URL };
      const error = await rejection(connected(url, { grant: 'login', client }, { protocol }));
      expect(error).toMatchObject({
        kind: 'auth',
        details: { code: 'login-required' },
        message: expect.stringContaining('place.auth.show') as string,
      });
    },
  );

  it('names the remedy if the server accepts no metadata documents, and registers nothing', async () => {
    const authority = await tokenServer({ metadata: { client_id_metadata_document_supported: false } });
    const url = await protectedServer(authority.issuer, () => true);
    const client = { metadataUrl: METADATA_URL };
    const error = await rejection(connected(url, { grant: 'login', client, show: visit([]) }));
    expect(error).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('replace it with clientId and issuer') as string,
    });
    expect(authority.paths).not.toContain('/register');
  });

  it('with a registered id goes to its issuer only', async () => {
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, () => true);
    const pages: string[] = [];
    const client = { clientId: 'app', issuer: 'https://login.example' };
    expect(await rejection(connected(url, { grant: 'login', client, show: visit(pages) }))).toMatchObject({
      kind: 'auth',
    });
    expect(pages).toEqual([]);
  });

  it('may take longer than `connectMs`, and ends with the connection', async () => {
    const clock = fakeClock();
    const authority = await tokenServer();
    const url = await protectedServer(authority.issuer, (token) => token === authority.token);
    const client = { metadataUrl: METADATA_URL };
    const slow = async (address: string): Promise<void> => {
      await clock.advance(60_000);
      await visit([])(address);
    };
    await connected(url, { grant: 'login', client, show: slow }, { clock, connectMs: 5000 });
    const controller = new AbortController();
    const pages: string[] = [];
    const { signal } = controller;
    const waiting = connected(
      url,
      { grant: 'login', client, show: (page) => void pages.push(page) },
      { signal },
    );
    await until(() => pages.length === 1);
    controller.abort();
    expect(await rejection(waiting)).toMatchObject({ kind: 'aborted' });
    const callback = new URL(pages[0] ?? '').searchParams.get('redirect_uri') ?? '';
    expect(await rejection(fetch(callback))).toBeInstanceOf(TypeError);
  });

  it('at a real authority is stored, refreshed, and used by later connections', async () => {
    let url = '';
    const authority = closing(await startAuthority(3600, () => url));
    const rejected = new Set<string>();
    url = await protectedServer(authority.issuer, (token) => {
      const [, claims = ''] = token.split('.');
      const { aud } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: unknown };
      return aud === url && !rejected.has(token);
    });
    const records = memoryRecords();
    const client = { clientId: CLIENT, issuer: authority.issuer };
    const show = async (page: string): Promise<void> => {
      await fetch(await authority.browse(page));
    };
    await connected(url, { grant: 'login', client, scope: 'offline_access api', show }, { records });
    const [before] = (await entriesOf(records, 'login')).map(tokensIn);
    const box = await connected(url, { grant: 'login', client }, { records });
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    rejected.add(before?.access_token ?? '');
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    const [after] = (await entriesOf(records, 'login')).map(tokensIn);
    expect(after?.access_token).not.toBe(before?.access_token);
  });
});
