import { createMajordomo, LlmError } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import { OperatorReports } from '../src/errors/report.ts';
import { createGateway, type GatewayOptions, type Mounted } from '../src/index.ts';
import { postTo } from './support/clients.ts';

const ORIGIN = 'http://gateway.test';
const DEFAULT_HEADERS =
  'authorization, x-api-key, x-goog-api-key, content-type, anthropic-version, anthropic-beta';

function setUp(options: Partial<GatewayOptions> = {}) {
  const providers = [fakeProvider({ id: 'a', models: { x: ['hello'] } })];
  const routes: string[] = [];
  const errors: unknown[] = [];
  const gateway = createGateway({
    majordomo: createMajordomo({ providers }),
    models: { m: 'a/x' },
    authorize: () => ({}),
    onRequest: ({ route }) => routes.push(route),
    onError: (error) => errors.push(error),
    ...options,
  });
  const send = (path: string, init?: RequestInit): Promise<Response> =>
    gateway.fetch(new Request(ORIGIN + path, init));
  const chat = (model: string): Promise<Response> =>
    postTo(gateway, '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
  return { chat, errors, routes, send };
}

describe('cross-origin headers', () => {
  const allowed = 'https://app.example';
  const cors = [allowed];

  it('expose the headers of the gateway to an allowed page', async () => {
    const { headers } = await setUp({ cors }).send('/health', { headers: { origin: allowed } });
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': allowed,
      'access-control-expose-headers':
        'x-request-id, request-id, retry-after, mcp-session-id, deprecation, sunset, x-majordomo-target, x-majordomo-attempts, x-majordomo-warnings, x-majordomo-successor',
      vary: 'origin',
    });
  });

  it.each([undefined, ORIGIN])('are omitted for the origin %s', async (origin) => {
    const { status, headers } = await setUp({ cors }).send('/health', { headers: origin ? { origin } : {} });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      200,
      null,
      null,
    ]);
  });

  it('are omitted for another origin, which is refused with the remedy', async () => {
    const response = await setUp({ cors }).send('/health', { headers: { origin: 'https://evil.example' } });
    expect([response.status, await response.json()]).toMatchObject([
      403,
      {
        error: {
          message: 'pages of this origin may not send requests; add the origin to `cors` of createGateway',
        },
      },
    ]);
  });

  it.each([
    ['names', 'x-stainless-os, authorization', 'x-stainless-os, authorization'],
    ['2000 characters', 'a'.repeat(2000), 'a'.repeat(2000)],
    ['2001 characters', 'a'.repeat(2001), DEFAULT_HEADERS],
    ['an invalid list', 'a;b', DEFAULT_HEADERS],
    ['an empty list', '', DEFAULT_HEADERS],
    ['nothing', undefined, DEFAULT_HEADERS],
  ])('of a preflight that requests %s allow the list or the defaults', async (_, requested, expected) => {
    const requestedHeaders = requested === undefined ? {} : { 'access-control-request-headers': requested };
    const init = { method: 'OPTIONS', headers: { origin: allowed, ...requestedHeaders } };
    const { status, headers } = await setUp({ cors }).send('/v1/models', init);
    expect([status, headers.get('access-control-allow-headers')]).toEqual([204, expected]);
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
    expect(headers.get('access-control-max-age')).toBe('600');
    expect(headers.get('access-control-allow-origin')).toBe(allowed);
  });
});

describe('a mounted handler', () => {
  const mounted: Mounted = {
    path: '/echo',
    fetch: async (request, options) => Response.json({ body: await request.text(), admin: options?.admin }),
  };

  it('receives no admin without `authorize`, not even from this machine', async () => {
    const { send, errors } = setUp({ authorize: undefined, mounts: [mounted] });
    expect(await (await send('/echo')).json()).toEqual({ body: '', admin: false });
    expect(errors).toEqual([]);
  });

  it('receives the body of the request, and `authorize` receives the other members', async () => {
    const receivedRequests: unknown[] = [];
    const authorize: GatewayOptions['authorize'] = async (request) => {
      const { method, url, headers } = request;
      receivedRequests.push([method, url, headers.get('x-a'), await request.text()]);
      return { admin: true };
    };
    const { send, routes } = setUp({ authorize, mounts: [mounted] });
    const init = { method: 'POST', headers: { 'x-a': 'b' }, body: 'body' };
    expect(await (await send('/echo/below', init)).json()).toEqual({ body: 'body', admin: true });
    expect(receivedRequests).toEqual([['POST', `${ORIGIN}/echo/below`, 'b', '']]);
    expect(routes).toEqual(['/echo']);
  });

  it('receives no admin if `authorize` fails, and the operator receives the error', async () => {
    const error = new Error('secret');
    const { send, errors } = setUp({ authorize: () => Promise.reject(error), mounts: [mounted] });
    expect(await (await send('/echo')).json()).toMatchObject({ admin: false });
    expect(errors).toEqual([error]);
  });
});

it.each<[unknown]>([
  // The objects of these callers would belong to other callers too.
  [{ tenant: null, key: 'k' }],
  [{ tenant: 7 }],
  [{ key: null }],
  [{ models: 'gpt, claude' }],
  [{ models: [1] }],
  [{ metadata: 'team' }],
  [{ mcp: [] }],
  [{ mcp: { github: '*' } }],
  [{ mcp: { github: [1] } }],
  [[]],
  ['team-a'],
  [false],
])('refuses the caller %j, which `authorize` returns', async (caller) => {
  const { send, errors } = setUp({ authorize: () => caller as never });
  expect((await send('/v1/models')).status).toBe(502);
  expect(errors).toEqual([expect.objectContaining({ kind: 'config' })]);
});

it.each(['/health', '/ready', '/metrics'])('reports requests to %s with this route', async (path) => {
  const { send, routes } = setUp({ metrics: 'public' });
  expect((await send(path)).status).toBe(200);
  expect(routes).toEqual([path]);
});

it.each([
  ['/v1beta/files', '/v1/files'],
  ['/v1beta/files/f1', '/v1/files/:id'],
])('reports requests to %s with the route %s', async (path, route) => {
  const { send, routes } = setUp();
  await send(path);
  expect(routes).toEqual([route]);
});

it('aborts a request whose client disconnects during `authorize`, without a report to the operator', async () => {
  const abortController = new AbortController();
  const authorize = (): Promise<never> => {
    abortController.abort();
    return Promise.reject(new Error('too late'));
  };
  const { send, errors } = setUp({ authorize });
  const response = await send('/v1/models', { signal: abortController.signal });
  expect([response.status, await response.json()]).toMatchObject([
    499,
    { error: { message: 'the client closed the connection' } },
  ]);
  expect(errors).toEqual([]);
});

describe('the models of a caller', () => {
  const models = { m: 'a/x', other: 'a/x' };
  it.each([
    [{}, ['m', 'other']],
    [{ models: ['other', 'a/x', 'unknown'] }, ['other']],
    [{ models: [] }, []],
  ])('are listed for the caller %j', async (caller, expected) => {
    const { send } = setUp({ models, authorize: () => caller });
    const { data } = (await (await send('/v1/models')).json()) as {
      readonly data: readonly { id: string }[];
    };
    expect(data.map(({ id }) => id)).toEqual(expected);
  });

  it.each([
    ['a/x', {}, true, 200],
    ['a/x', {}, false, 404],
    ['a/x', { models: ['a/x'] }, true, 200],
    ['a/x', { models: ['m'] }, true, 404],
    ['m', { models: ['a/x'] }, true, 404],
    ['m', { models: ['m'] }, false, 200],
    ['toString', {}, false, 404],
  ])(
    'determine the status of %s for the caller %j with anySpec %s: %i',
    async (name, caller, anySpec, status) => {
      const { chat } = setUp({ authorize: () => caller, anySpec });
      expect((await chat(name)).status).toBe(status);
    },
  );

  it('are at most 16 targets of a spec with anySpec', async () => {
    const send = (count: number): Promise<Response> =>
      setUp({ anySpec: true }).chat(Array(count).fill('a/x').join());
    expect((await send(16)).status).toBe(200);
    const refused = await send(17);
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { message: 'model must have at most 16 targets and aliases', param: 'model' } },
    ]);
  });

  it('are mentioned in the refusal of an unknown name, of which the message contains at most 100 characters', async () => {
    const response = await setUp().chat('x'.repeat(101));
    expect(await response.json()).toMatchObject({
      error: {
        message: `no model "${'x'.repeat(100)}" is served here; GET /v1/models lists the available ones`,
        param: 'model',
      },
    });
  });
});

describe('OperatorReports', () => {
  const failure = (code?: string, target?: string): LlmError =>
    new LlmError('denied', 'reason', { code, target });

  it.each(['books-down', 'key-store-down'])('repeats %s after a minute, for each target', (code) => {
    vi.useFakeTimers({ now: 0 });
    try {
      const reports = new OperatorReports();
      expect([reports.isNew(failure(code, 'a/x')), reports.isNew(failure(code, 'a/y'))]).toEqual([
        true,
        true,
      ]);
      vi.setSystemTime(59_999);
      expect(reports.isNew(failure(code, 'a/x'))).toBe(false);
      vi.setSystemTime(60_000);
      expect(reports.isNew(failure(code, 'a/x'))).toBe(true);
      expect(reports.isNew(failure(code, 'a/x'))).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('reports errors of other kinds each time', () => {
    const reports = new OperatorReports();
    for (const error of [failure(), failure('no-price'), new Error('secret')])
      expect([reports.isNew(error), reports.isNew(error)]).toEqual([true, true]);
  });

  it('recognizes a failure by the error of the last failed attempt', () => {
    const reports = new OperatorReports();
    const attempt = (error: LlmError | undefined) =>
      ({ target: 'a/x', outcome: 'failed', error, usage: undefined, ms: 0 }) as const;
    const attempts = [attempt(failure('no-price')), attempt(failure('no-bound', 'a/x')), attempt(undefined)];
    expect(reports.isNew(new LlmError('exhausted', 'no target', { attempts }))).toBe(true);
    expect(reports.isNew(failure('no-bound', 'a/x'))).toBe(false);
    expect(reports.isNew(failure('no-bound', 'a/y'))).toBe(true);
    const coded = new LlmError('denied', 'reason', { code: 'no-price', attempts });
    expect([reports.isNew(coded), reports.isNew(coded)]).toEqual([true, true]);
  });

  it('forgets the oldest of more than 1000 failures', () => {
    const reports = new OperatorReports();
    const isNew = (number: number): boolean => reports.isNew(failure('no-bound', `a/${number}`));
    for (let number = 0; number < 1000; number++) isNew(number);
    expect(isNew(0)).toBe(false);
    expect(isNew(1000)).toBe(true);
    expect([isNew(1), isNew(0)]).toEqual([false, true]);
  });
});
