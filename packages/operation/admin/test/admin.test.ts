import { Validator } from '@seriousme/openapi-schema-validator';
import {
  checkValue,
  createMajordomo,
  LlmError,
  user,
  type CallEvent,
  type JsonObject,
} from '@majordomo/core';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createAdmin,
  createCallLog,
  createKeys,
  memoryCallStore,
  remoteKeys,
  remoteMcp,
  type AdminOptions,
  type KeyChangeEvent,
} from '../src/index.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const TOKEN = 'correct-horse-battery';
const BASE = 'http://gateway.test';

interface JsonResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

function setUp(options: Partial<AdminOptions> = {}, records: RecordStore = memoryRecords()) {
  const clock = fakeClock(NOON);
  const keys = createKeys({ records, clock });
  const ledger = createLedger({
    store: memoryStore({ clock }),
    clock,
    tags: ['key'],
    limits: [{ name: 'company', max: { usd: '100' }, per: 'month' }],
    limitsOf: keys.limitsOf,
  });
  const calls = createCallLog({ store: memoryCallStore(), clock, content: true });
  const changes: KeyChangeEvent[] = [];
  const admin = createAdmin({
    keys,
    calls,
    ledger,
    token: TOKEN,
    onChange: (change) => changes.push(change),
    ...options,
  });

  /** Sends a request with the token and checks that the response fits the document. */
  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<JsonResponse> {
    const request = new Request(`${BASE}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const response = await admin.fetch(request);
    const parsedResponse = {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as JsonObject,
    };
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await documentIssues(admin.openapi(), method, path, parsedResponse)).toEqual([]);
    return parsedResponse;
  }
  return { admin, calls, changes, clock, keys, ledger, send };
}

/** Returns the deviations of a response from the schema of the document. */
async function documentIssues(
  document: JsonObject,
  method: string,
  path: string,
  { status, body }: JsonResponse,
): Promise<unknown> {
  if (path.startsWith('/openapi.json')) return [];
  interface Content {
    readonly content: { readonly 'application/json': { readonly schema: JsonObject } };
  }
  interface Operation {
    readonly responses: { readonly [status: string]: Content | undefined };
  }
  const paths = document['paths'] as Partial<Record<string, Partial<Record<string, Operation>>>>;
  const documentedPath = path.split('?')[0]!.replace(/^\/(keys|calls)\/(?!stats|export)[^/]+/, '/$1/{id}');
  const responses = paths[`/admin/v1${documentedPath}`]?.[method.toLowerCase()]?.responses;
  const schema = status < 300 ? responses?.[`${status}`]?.content['application/json'].schema : ERROR;
  if (schema === undefined) return [`${method} ${path}: ${status} is not in the document`];
  const result = await checkValue(schema, body);
  return 'issues' in result ? result.issues : [];
}
const ERROR = (createAdmin({}).openapi()['components'] as { schemas: { Error: JsonObject } }).schemas.Error;

it.each([
  ['elements', 'tags', `{"tags":[${'1,'.repeat(10_000)}1]}`],
  ['levels', 'a[0][0][0][0][0][0][0]', `{"a":${'['.repeat(501)}`],
])('refuses a body with too many %s before it is parsed', async (_, path, body) => {
  const response = await setUp().send('POST', '/keys', body);
  expect(response).toMatchObject({ status: 400, body: { error: { code: 'invalid-request', path } } });
});

it('lists MCP servers with their changed tools, and approves definitions', async () => {
  const tool = { server: 'tracker', tool: 'search', hash: 'abc=' };
  const changed = { ...tool, definition: '["Searches"]', at: '2026-11-23T12:00:00.000Z' };
  const approvals: unknown[] = [];
  const mcp = {
    servers: () => Promise.resolve([{ name: 'tracker', benchedUntil: undefined }]),
    changedTools: () => Promise.resolve([changed]),
    approve: (tools: readonly unknown[]) => {
      approvals.push(tools);
      return Promise.resolve(tools.length);
    },
  };
  const { admin, send } = setUp({ mcp });
  const { body } = await send('GET', '/mcp');
  expect(body).toEqual({ servers: [{ name: 'tracker' }], changedTools: [changed] });
  const remote = remoteMcp({
    url: `${BASE}/admin/v1`,
    token: TOKEN,
    fetch: (input, init) => admin.fetch(new Request(input, init)),
  });
  expect(await remote.servers()).toEqual([{ name: 'tracker' }]);
  expect(await remote.approve(await remote.changedTools())).toBe(1);
  expect(approvals).toEqual([[tool]]);
  expect((await send('POST', '/mcp/approve', { tools: [{ server: 'tracker' }] })).status).toBe(400);
  expect((await setUp().send('GET', '/mcp')).status).toBe(404);
});

it('accepts only its token', () => {
  const { admin } = setUp();
  expect([TOKEN, `${TOKEN}x`, ''].map((token) => admin.accepts(token))).toEqual([true, false, false]);
  expect(createAdmin({}).accepts('')).toBe(false);
});

it('the OpenAPI document is valid OpenAPI 3.1 and contains only the configured parts', async () => {
  const { admin, send } = setUp();
  const validator = new Validator();
  const result = await validator.validate(structuredClone(admin.openapi()));
  expect([result.valid, result.errors]).toEqual([true, undefined]);
  expect(validator.version).toBe('3.1');
  expect((await send('GET', '/openapi.json')).body).toEqual(admin.openapi());
  expect(
    Object.keys(createAdmin({ keys: createKeys({ records: memoryRecords() }) }).openapi()['paths'] as object),
  ).toEqual([
    '/admin/v1/keys',
    '/admin/v1/keys/{id}',
    '/admin/v1/keys/{id}/rotate',
    '/admin/v1/keys/{id}/revoke',
  ]);
});

it('requires a body only if the body has a required member', () => {
  const paths = createAdmin({ keys: createKeys({ records: memoryRecords() }) }).openapi()['paths'];
  expect(paths).toMatchObject({
    '/admin/v1/keys': { post: { requestBody: { required: true } } },
    '/admin/v1/keys/{id}': { patch: { requestBody: { required: false } } },
    '/admin/v1/keys/{id}/revoke': { post: { requestBody: { required: false } } },
  });
});

it('lists the served models, and returns 404 without the option', async () => {
  const targets = [{ target: 'openai/gpt-5.4', vendor: 'openai', model: 'gpt-5.4' }];
  const models = [
    { name: 'smart', targets },
    { name: 'broken', targets: [] },
  ];
  const { send } = setUp({ models: () => Promise.resolve(models) });
  expect(await send('GET', '/models')).toMatchObject({ status: 200, body: { models } });
  expect((await setUp().send('GET', '/models')).status).toBe(404);
});

it('creates, reads, changes, rotates, revokes and lists keys, and reports each change', async () => {
  const { send, changes, keys } = setUp();
  const limits = [
    { max: { usd: '5.00' }, per: 'day', zone: 'Europe/Berlin' },
    { max: { calls: 60 }, per: 'minute' },
  ];
  const createResponse = await send('POST', '/keys', {
    name: 'a',
    tenant: 't',
    limits,
    expiresAt: '2027-01-01T00:00:00Z',
  });
  const { key, secret } = createResponse.body as { key: { id: string }; secret: string };
  expect(createResponse.status).toBe(201);
  expect(key).toMatchObject({
    name: 'a',
    tenant: 't',
    limits,
    expiresAt: '2027-01-01T00:00:00.000Z',
    status: 'active',
  });
  expect(secret).toMatch(/^mj_/);
  const keyResponse = await send('GET', `/keys/${key.id}`);
  expect(keyResponse.body['limits']).toMatchObject([
    { max: { usd: '5.00' }, per: 'day', used: '0', left: '5' },
    { max: { calls: 60 }, per: 'minute', used: '0', left: '60' },
  ]);
  expect(JSON.stringify(keyResponse.body)).not.toContain(secret.slice(3));
  const updateResponse = await send('PATCH', `/keys/${key.id}`, {
    tenant: null,
    expiresAt: null,
    models: ['x'],
  });
  expect(updateResponse.body['key']).toMatchObject({ name: 'a', models: ['x'], limits });
  const rotateResponse = await send('POST', `/keys/${key.id}/rotate`, { graceMs: 1000 });
  expect((rotateResponse.body as { secret: string }).secret).not.toBe(secret);
  expect((await send('POST', `/keys/${key.id}/revoke`)).body['key']).toMatchObject({ status: 'revoked' });
  const change = { key: key.id, by: 'token' };
  expect(changes).toEqual(['create', 'update', 'rotate', 'revoke'].map((action) => ({ action, ...change })));
  await keys.create({ name: 'b' });
  const firstPage = await send('GET', '/keys?limit=1');
  expect(firstPage.body).toMatchObject({ keys: [{}], next: expect.any(String) });
  const secondPage = await send('GET', `/keys?limit=1&after=${String(firstPage.body['next'])}`);
  expect([secondPage.body['keys'], secondPage.body['next']]).toEqual([[expect.any(Object)], undefined]);
  expect((await send('GET', '/keys?status=revoked')).body['keys']).toMatchObject([{ id: key.id }]);
});

it('returns spending and limits from the ledger', async () => {
  const { send, ledger, keys, clock } = setUp();
  const { key, secret } = await keys.create({
    name: 'a',
    tenant: 't',
    limits: [{ max: { calls: 5 }, per: 'hour' }],
  });
  await keys.authorize(new Request(BASE, { headers: { 'x-api-key': secret } }));
  const provider = fakeProvider({ id: 'acme', models: { x: ['yes'] }, clock });
  const majordomo = createMajordomo({
    providers: [{ ...provider, billing: 'included' }],
    gates: [ledger.gate],
    clock,
  });
  await majordomo
    .model('acme/x')
    .generate({ messages: [user('hi')] }, { tenant: 't', metadata: { key: key.id } });
  await ledger.book({ vendor: 'post', usd: '1.25', tenant: 't' });
  await ledger.flush();
  const spendResponse = await send(
    'GET',
    '/spend?by=key,tenant&from=2026-11-01&to=2026-12-01T00:00:00Z&zone=Europe/Berlin',
  );
  expect(spendResponse.body['rows']).toMatchObject([
    { key: { key: '', tenant: 't' }, usd: '1.25' },
    { key: { key: key.id, tenant: 't' }, calls: 1, usd: '0' },
  ]);
  expect((await send('GET', '/limits')).body['limits']).toMatchObject([
    {
      name: 'company',
      max: { usd: '100' },
      used: '1.25',
      left: '98.75',
      resetsAt: '2026-12-01T00:00:00.000Z',
    },
  ]);
  expect((await send('GET', `/keys/${key.id}`)).body['limits']).toMatchObject([{ used: '1', left: '4' }]);
});

it('lists, reads, sums and exports calls', async () => {
  const { send, admin, calls, clock } = setUp();
  const turns = [
    { text: 'yes', delayMs: 40 },
    { fail: 'invalid-request' as const, message: '=bad, "request"' },
  ];
  const provider = fakeProvider({ id: 'acme', models: { x: turns }, clock });
  const majordomo = createMajordomo({ providers: [provider], clock });
  for (const tenant of ['a', 'b']) {
    const request = { messages: [user('hi')] };
    const onEvent = (event: CallEvent): void => {
      calls.onEvent(event, request);
    };
    const calling = majordomo.model('acme/x').generate(request, { tenant, onEvent });
    await Promise.all([calling.catch(() => undefined), clock.advance(100)]);
  }
  await calls.flush();
  const firstPage = await send('GET', '/calls?limit=1');
  expect(firstPage.body).toMatchObject({
    calls: [{ tenant: 'b', outcome: 'failed' }],
    next: expect.any(String),
  });
  const secondPage = await send(
    'GET',
    `/calls?limit=1&after=${encodeURIComponent(String(firstPage.body['next']))}`,
  );
  expect(secondPage.body).toMatchObject({ calls: [{ tenant: 'a', outcome: 'finished', ms: 40 }] });
  expect(secondPage.body).not.toHaveProperty('next');
  const filteredResponse = await send(
    'GET',
    '/calls?from=2026-11-01&to=2026-12-01T00:00:00Z&minMs=40&tenant=a&operation=chat',
  );
  const [foundCall] = filteredResponse.body['calls'] as readonly { readonly id: string }[];
  const { call } = (await send('GET', `/calls/${foundCall?.id}`)).body;
  expect(call).toMatchObject({ id: foundCall?.id, content: { response: { finish: 'stop' } } });
  expect((await send('GET', '/calls/stats?by=tenant,day&zone=Europe/Berlin')).body['rows']).toMatchObject([
    { key: { tenant: 'a', day: '2026-11-23' }, calls: 1, failed: 0, p50Ms: 40, p99Ms: 40, usd: '0' },
    { key: { tenant: 'b' }, calls: 1, failed: 1 },
  ]);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const csvResponse = await admin.fetch(
    new Request(`${BASE}/admin/v1/calls/export?format=csv&tenant=b`, { headers }),
  );
  expect([csvResponse.headers.get('content-type'), csvResponse.headers.get('content-disposition')]).toEqual([
    'text/csv; charset=utf-8',
    'attachment; filename="calls.csv"',
  ]);
  expect((await csvResponse.text()).split('\r\n')).toHaveLength(3);
  const jsonlResponse = await admin.fetch(new Request(`${BASE}/admin/v1/calls/export`, { headers }));
  expect((await jsonlResponse.text()).trim().split('\n')).toHaveLength(2);
});

it('refuses one of two changes of the same version with 409', async () => {
  const { send, keys } = setUp();
  const { key } = await keys.create({ name: 'a' });
  const changes = ['b', 'c'].map((name) => send('PATCH', `/keys/${key.id}`, { name }));
  const statuses = (await Promise.all(changes)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 409]);
});

describe('access', () => {
  it.each([
    ['no key', {}, 401],
    ['an unknown token', { authorization: 'Bearer wrong-horse-battery' }, 401],
    ['a page of another origin', { authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' }, 403],
    ['a page of the same origin', { authorization: `Bearer ${TOKEN}`, origin: BASE }, 200],
  ])('with %s: %j', async (_, headers, status) => {
    const { admin } = setUp();
    const response = await admin.fetch(
      new Request(`${BASE}/admin/v1/keys`, { headers: headers as Record<string, string> }),
    );
    expect(response.status).toBe(status);
  });

  it('is refused for an ordinary key, and granted to an admin key, which is reported as the actor', async () => {
    const { admin, keys, changes } = setUp();
    const [ordinary, privileged] = [
      await keys.create({ name: 'a' }),
      await keys.create({ name: 'b', admin: true }),
    ];
    const revoke = (secret: string) =>
      admin.fetch(
        new Request(`${BASE}/admin/v1/keys/${ordinary.key.id}/revoke`, {
          method: 'POST',
          headers: { 'x-api-key': secret },
        }),
      );
    expect((await revoke(ordinary.secret)).status).toBe(403);
    expect((await revoke(privileged.secret)).status).toBe(200);
    expect(changes).toEqual([{ action: 'revoke', key: ordinary.key.id, by: privileged.key.id }]);
  });

  it('is granted by the server that mounts the API', async () => {
    const { admin, changes } = setUp({ token: undefined });
    const post = () =>
      new Request(`${BASE}/admin/v1/keys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"a"}',
      });
    expect((await admin.fetch(post(), { admin: false })).status).toBe(401);
    expect((await admin.fetch(post(), { admin: true, by: 'eve' })).status).toBe(201);
    expect(changes[0]?.by).toBe('eve');
  });
});

describe('an invalid request', () => {
  it.each<[string, string, unknown, number, string | undefined]>([
    ['POST', '/keys', {}, 400, 'name'],
    ['POST', '/keys', { name: 'a', budget: 1 }, 400, 'budget'],
    ['POST', '/keys', { name: 'a', limits: [{ max: { calls: 0 }, per: 'day' }] }, 400, 'limits[0].max.calls'],
    ['POST', '/keys', { name: 'a', expiresAt: 'tomorrow' }, 400, 'expiresAt'],
    ['POST', '/keys', { name: 'a', expiresAt: '2099-02-31T00:00:00Z' }, 400, 'expiresAt'],
    ['POST', '/keys', { name: 'a', expiresAt: '2020-01-01T00:00:00Z' }, 400, 'expiresAt'],
    ['POST', '/keys', 'not json', 400, ''],
    ['POST', '/keys', '[]', 400, ''],
    ['GET', '/keys?limit=0', undefined, 400, 'limit'],
    ['GET', '/keys?limit=many', undefined, 400, 'limit'],
    ['GET', '/keys?color=red', undefined, 400, 'color'],
    ['GET', '/keys?limit=1&limit=2', undefined, 400, 'limit'],
    ['GET', '/calls?limit=0', undefined, 400, 'limit'],
    ['GET', '/calls?minMs=-1', undefined, 400, 'minMs'],
    ['GET', '/calls?minMs=slow', undefined, 400, 'minMs'],
    ['GET', '/calls?minUsd=much', undefined, 400, 'minUsd'],
    ['GET', '/calls?from=yesterday', undefined, 400, 'from'],
    ['GET', '/calls?outcome=done', undefined, 400, 'outcome'],
    ['GET', '/calls?after=page2', undefined, 400, 'after'],
    ['GET', '/calls?color=red', undefined, 400, 'color'],
    ['GET', '/calls/stats?by=color', undefined, 400, 'by'],
    ['GET', '/calls/stats?zone=Mars/Base', undefined, 400, 'zone'],
    ['GET', '/calls/export?format=xml', undefined, 400, 'format'],
    ['GET', '/calls/export?minUsd=much', undefined, 400, 'minUsd'],
    ['GET', '/calls/unknown', undefined, 404, undefined],
    ['POST', '/calls', {}, 405, undefined],
    ['GET', '/spend?by=color', undefined, 400, 'by'],
    ['GET', '/spend?from=yesterday', undefined, 400, 'from'],
    ['POST', '/keys/key_0/rotate', { graceMs: -1 }, 400, 'graceMs'],
    ['POST', '/keys/key_0/revoke', { now: true }, 400, 'now'],
    ['GET', '/keys/key_0', undefined, 404, undefined],
    ['PATCH', '/keys/key_0', { name: 'b' }, 404, undefined],
    ['GET', '/nothing', undefined, 404, undefined],
    ['GET', '/keys/%FF', undefined, 404, undefined],
    ['DELETE', '/keys', undefined, 405, undefined],
    ['PUT', '/limits', {}, 405, undefined],
    ['POST', '/keys', `{"name":"${'a'.repeat(65_536)}"}`, 413, undefined],
  ])('%s %s %j results in %d and the path %s', async (method, path, body, status, expected) => {
    const { send } = setUp();
    const response = await send(method, path, body);
    expect(response.status).toBe(status);
    expect((response.body['error'] as JsonObject)['path']).toBe(expected);
    if (status === 405) expect(response.headers.get('allow')).toBe(path === '/keys' ? 'POST, GET' : 'GET');
  });

  it('with another content type results in 415', async () => {
    const { send } = setUp();
    expect((await send('POST', '/keys', 'name=a', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('whose body arrives in thousands of tiny chunks, or not within 30 s, results in 400', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const admin = createAdmin({ keys: createKeys({ records: memoryRecords() }) });
    const post = async (body: ReadableStream<Uint8Array>): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      const request = new Request('http://a.test/admin/v1/keys', {
        method: 'POST',
        headers,
        body,
        duplex: 'half',
      });
      return (await admin.fetch(request, { admin: true })).status;
    };
    const chunks = Array.from('{"name":"a"}'.padEnd(5000), (char) => new TextEncoder().encode(char));
    expect(await post(ReadableStream.from(chunks))).toBe(400);
    const late = post(new ReadableStream());
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await late).toBe(400);
  });

  it('to a store that never responds results in 503 after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { send } = setUp({}, { ...memoryRecords(), get: () => new Promise(() => undefined) });
    const answering = send('GET', '/keys/key_0');
    const state = { isDone: false };
    void answering.then(() => (state.isDone = true));
    while (!state.isDone) {
      await vi.advanceTimersByTimeAsync(10_000);
      // Code that is loaded at the first request takes real time.
      await new Promise((resume) => setImmediate(resume));
    }
    expect((await answering).status).toBe(503);
  });

  it('during an outage of the store results in 503 without details', async () => {
    const records: RecordStore = {
      ...memoryRecords(),
      write: () => Promise.reject(new LlmError('network', 'no connection to db.internal')),
      get: () => Promise.reject(new LlmError('network', 'no connection to db.internal')),
    };
    const { send, admin } = setUp({}, records);
    const response = await send('POST', '/keys', { name: 'a' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(JSON.stringify(response.body)).not.toContain('db.internal');
    const headers = { 'x-api-key': `mj_${'a'.repeat(43)}` };
    expect((await admin.fetch(new Request(`${BASE}/admin/v1/keys`, { headers }))).status).toBe(503);
  });
});

it('createAdmin rejects a short token and an invalid path', () => {
  expect(() => createAdmin({ token: 'short' })).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ path: 'token' }) }),
  );
  expect(() => createAdmin({ path: 'admin/' })).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ path: 'path' }) }),
  );
});

describe('remoteKeys', () => {
  it('manages the keys of another process', async () => {
    const { admin, keys } = setUp();
    const remote = remoteKeys({
      url: `${BASE}/admin/v1/`,
      token: TOKEN,
      fetch: async (...request) => admin.fetch(new Request(...request)),
    });
    const { key, secret } = await remote.create({ name: 'a', expiresAt: new Date(NOON + 1000) });
    expect((await keys.authorize(new Request(BASE, { headers: { 'x-api-key': secret } })))?.key).toBe(key.id);
    expect(await remote.update(key.id, { tenant: 't', expiresAt: null })).toMatchObject({
      tenant: 't',
      status: 'active',
    });
    expect((await remote.rotate(key.id, { graceMs: 5 })).secret).not.toBe(secret);
    expect((await remote.list({ tenant: 't', limit: 10 })).map(({ id }) => id)).toEqual([key.id]);
    const ids = [key.id];
    for (let number = 0; number < 3; number++)
      ids.unshift((await keys.create({ name: 'b', tenant: 'u' })).key.id);
    const listedIds: string[] = [];
    for await (const listedKey of remote.all()) listedIds.push(listedKey.id);
    expect(listedIds.toSorted()).toEqual(ids.toSorted());
    expect(await remote.limits(key.id)).toEqual([]);
    await expect(remote.limits('key_0')).rejects.toMatchObject({ kind: 'not-found' });
    expect(await remote.revoke(key.id)).toMatchObject({ status: 'revoked' });
    expect([(await remote.get(key.id))?.status, await remote.get('key_0')]).toEqual(['revoked', undefined]);
    await expect(remote.create({ name: '' })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'name' },
    });
    await expect(remote.update('key_0', {})).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('rejects with auth for a wrong token, and with network without a response', async () => {
    const { admin } = setUp();
    const options = { url: `${BASE}/admin/v1`, token: 'wrong-horse-battery' };
    const refused = remoteKeys({
      ...options,
      fetch: async (...request) => admin.fetch(new Request(...request)),
    });
    await expect(refused.list()).rejects.toMatchObject({ kind: 'auth' });
    const unreachableKeys = remoteKeys({
      ...options,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(unreachableKeys.list()).rejects.toMatchObject({ kind: 'network' });
  });
});
