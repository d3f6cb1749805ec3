import { createAdmin, createCallLog, createKeys, memoryCallStore, type SpendRecord } from '@majordomo/admin';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { memoryRecords } from '@majordomo/records';
import parsePrometheus from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/index.ts';
import { postTo } from './support/clients.ts';

const BASE = 'http://gateway.test';
const USAGE = { input: 2, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const answers = (text: string) => Array.from({ length: 50 }, () => ({ text, usage: USAGE }));

function setUp(options: Partial<GatewayOptions> = {}) {
  const providers = [fakeProvider({ id: 'a', models: { x: answers('from x'), y: answers('from y') } })];
  const majordomo = createMajordomo({ providers, chain: { attempts: 1 } });
  const errors: unknown[] = [];
  const gateway = createGateway({
    majordomo,
    models: { smart: 'a/x' },
    authorize: ({ headers }) =>
      ({ 'Bearer user': { tenant: 't' }, 'Bearer admin': { admin: true } })[
        headers.get('authorization') ?? ''
      ],
    onError: (error) => errors.push(error),
    ...options,
  });
  const send = async (method: string, path: string, body?: unknown, key: string | undefined = 'user') => {
    const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await gateway.fetch(new Request(BASE + path, { method, headers, ...init }));
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  const chat = (model: string) =>
    send('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
  return { chat, errors, gateway, majordomo, send };
}

describe('update', () => {
  it('replaces names at once', async () => {
    const { chat, gateway } = setUp();
    gateway.update({ models: { clever: 'a/y' } });
    expect((await chat('clever')).text).toContain('from y');
    expect((await chat('smart')).status).toBe(404);
  });

  it('replaces the names and the majordomo of the inspector', async () => {
    const { gateway, send } = setUp({ inspector: true });
    const targetOf = async (spec: string): Promise<string> =>
      (await send('GET', `/inspector/meaning?spec=${spec}`, undefined, 'admin')).text;
    expect(await targetOf('smart')).toContain('"a/x"');
    gateway.update({
      models: { clever: 'b/z' },
      majordomo: createMajordomo({ providers: [fakeProvider({ id: 'b', models: { z: ['hi'] } })] }),
    });
    expect(await targetOf('clever')).toContain('"b/z"');
  });

  it('does not change the options of requests in progress', async () => {
    let authorizeRequest: (() => void) | undefined;
    const authorization = new Promise<void>((resolve) => (authorizeRequest = resolve));
    const { chat, gateway } = setUp({ authorize: async () => authorization.then(() => ({})) });
    const response = chat('smart');
    gateway.update({ models: { clever: 'a/y' } });
    authorizeRequest?.();
    expect((await response).text).toContain('from x');
  });

  it.each<[string, object, string]>([
    ['an invalid spec', { models: { smart: 'a/x,,' } }, 'models'],
    ['an unknown option', { mounts: [] }, 'mounts'],
    ['an invalid limit', { maxConcurrent: 0 }, 'maxConcurrent'],
    ['an invalid route', { routes: { 'v1/x': async () => new Response() } }, 'routes["v1/x"]'],
    ['a check that is not a function', { checks: { db: 1 } }, 'checks.db'],
  ])('with %s throws config and changes nothing', async (_, change, path) => {
    const { chat, gateway } = setUp();
    expect(() => {
      gateway.update(change);
    }).toThrow(expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }));
    expect((await chat('smart')).status).toBe(200);
  });

  it('counts concurrent calls across an update', async () => {
    const hangingProvider = fakeProvider({ id: 'a', models: { x: [{ hang: true }, 'yes'] } });
    const { chat, gateway, send } = setUp({ majordomo: createMajordomo({ providers: [hangingProvider] }) });
    const abortController = new AbortController();
    const body = { model: 'smart', messages: [{ role: 'user', content: 'hi' }] };
    const cancelledResponse = postTo(gateway, '/v1/chat/completions', body, {
      headers: { authorization: 'Bearer user' },
      signal: abortController.signal,
    });
    await expect.poll(() => hangingProvider.requests.length, { timeout: 10_000 }).toBe(1);
    gateway.update({ maxConcurrent: 1 });
    expect((await chat('smart')).status).toBe(429);
    abortController.abort();
    await cancelledResponse;
    expect((await chat('smart')).status).toBe(200);
    expect((await send('GET', '/health')).status).toBe(200);
  });
});

describe('routes', () => {
  it('require authorize, receive the caller, and can make calls', async () => {
    const events: string[] = [];
    const routes: Partial<GatewayOptions> = {
      routes: {
        '/v1/rerank': async (request, { caller, path, requestId, call }) => {
          const { majordomo: view } = setup;
          const { text } = await view
            .model('a/y')
            .generate({ messages: [], system: await request.text() }, call)
            .catch(() => ({ text: 'failed' }));
          return Response.json({ tenant: caller.tenant, path, requestId, text });
        },
        '/v1/batches/*': async (_, { path }) => Response.json({ path }),
        '/v1/broken': () => Promise.reject(new Error('secret detail')),
      },
      onRequest: ({ route, status, tenant }) => events.push(`${route} ${status} ${tenant}`),
    };
    const setup = setUp(routes);
    const { send, errors } = setup;
    expect((await send('POST', '/v1/rerank', {}, '')).status).toBe(401);
    const rerank = await send('POST', '/v1/rerank', { q: 1 });
    expect(JSON.parse(rerank.text)).toMatchObject({
      tenant: 't',
      path: '/v1/rerank',
      requestId: expect.any(String),
    });
    expect(rerank.headers.get('x-request-id')).toMatch(/^req_/);
    expect((await send('GET', '/v1/batches/b1/cancel')).text).toContain('/v1/batches/b1/cancel');
    expect((await send('GET', '/v1/batches')).status).toBe(404);
    const broken = await send('GET', '/v1/broken');
    expect([broken.status, broken.text.includes('secret')]).toEqual([502, false]);
    expect(errors).toHaveLength(1);
    expect(events).toEqual([
      'other 401 undefined',
      '/v1/rerank 200 t',
      '/v1/batches/* 200 t',
      'other 404 t',
      '/v1/broken 502 t',
    ]);
  });
});

describe('/metrics', () => {
  const token = 'correct-horse-battery';
  const keys = createKeys({ records: memoryRecords() });

  it('is not served by default', async () => {
    expect((await setUp().send('GET', '/metrics')).status).toBe(404);
  });

  it('is open to everyone with `public`', async () => {
    expect((await setUp({ metrics: 'public' }).send('GET', '/metrics', undefined, '')).status).toBe(200);
  });

  it.each([
    ['', 401],
    ['user', 403],
    ['admin', 200],
    [token, 200],
    ['wrong-horse-battery', 401],
  ])('with `admin` responds to the key "%s" with %d', async (key, status) => {
    const { send } = setUp({ metrics: 'admin', mounts: [createAdmin({ keys, token })] });
    expect((await send('GET', '/metrics', undefined, key)).status).toBe(status);
  });

  it('with `admin` tells a caller with another key that it needs an admin key', async () => {
    const { send } = setUp({ metrics: 'admin', mounts: [createAdmin({ keys, token })] });
    expect((await send('GET', '/metrics', undefined, 'user')).text).toContain(
      'the metrics require an admin key',
    );
  });

  it('with `admin` checks the token without a request to the admin API', async () => {
    const admin = createAdmin({ keys, token });
    const fetch = (): Promise<Response> => expect.unreachable();
    const { send } = setUp({ metrics: 'admin', mounts: [{ ...admin, fetch }] });
    expect((await send('GET', '/metrics', undefined, token)).status).toBe(200);
  });

  it('counts requests, calls and attempts', async () => {
    const { chat, send, gateway } = setUp({ metrics: 'public' });
    for (let number = 0; number < 3; number++) await chat('smart');
    await chat('none');
    expect(() => {
      gateway.update({ models: { smart: ',' } });
    }).toThrow();
    const { text, headers } = await send('GET', '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'majordomo_requests_total{route="/v1/chat/completions",status="200"} 3',
        'majordomo_requests_total{route="/v1/chat/completions",status="404"} 1',
        'majordomo_calls_total{model="smart",outcome="finished"} 3',
        'majordomo_attempts_total{target="a/x",outcome="finished",kind=""} 3',
        'majordomo_request_duration_seconds_count{route="/v1/chat/completions"} 4',
        'majordomo_requests_in_progress 1',
        'majordomo_streams_in_progress 0',
        'majordomo_config_reload_success 0',
      ]),
    );
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('is in Prometheus’ text format, with the cost per target and the dropped entries of a mounted call log', async () => {
    const calls = createCallLog({
      store: { ...memoryCallStore(), append: () => Promise.reject(new Error('down')) },
      maxPending: 1,
    });
    const record = { id: 'a', call: 'b', target: 'a/x "1"', nanoUsd: '1250000000' } as SpendRecord;
    for (let number = 0; number < 2; number++) calls.onRecord(record);
    const { chat, gateway, majordomo, send } = setUp({
      metrics: 'public',
      mounts: [createAdmin({ calls })],
      onRequest: calls.onRequest,
    });
    gateway.update({});
    await chat('smart');
    majordomo.health.bench('a/x', 60_000);
    for (let number = 0; number < 3; number++) await chat('none');
    const families = parsePrometheus((await send('GET', '/metrics')).text);
    const valuesOf = (name: string): unknown => families.find((family) => family.name === name)?.metrics;
    expect(valuesOf('majordomo_cost_usd_total')).toEqual([{ labels: { target: 'a/x "1"' }, value: '2.5' }]);
    expect(valuesOf('majordomo_call_log_dropped_total')).toEqual([{ value: '2' }]);
    const types = Object.fromEntries(families.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      majordomo_requests_total: 'COUNTER',
      majordomo_requests_in_progress: 'GAUGE',
      majordomo_streams_in_progress: 'GAUGE',
      majordomo_request_duration_seconds: 'HISTOGRAM',
      majordomo_calls_total: 'COUNTER',
      majordomo_attempts_total: 'COUNTER',
      majordomo_attempt_duration_seconds: 'HISTOGRAM',
      majordomo_first_content_seconds: 'HISTOGRAM',
      majordomo_tokens_total: 'COUNTER',
      majordomo_target_benched: 'GAUGE',
      majordomo_config_reload_success: 'GAUGE',
      majordomo_config_reload_timestamp_seconds: 'GAUGE',
      majordomo_cost_usd_total: 'COUNTER',
      process_cpu_seconds_total: 'COUNTER',
    });
    for (const { name, help, type, metrics } of families) {
      expect([name, help.length > 0, type === 'UNTYPED']).toEqual([name, true, false]);
      if (type === 'HISTOGRAM')
        for (const { buckets = {} } of metrics) expect(Object.keys(buckets).at(-1)).toBe('+Inf');
    }
  });

  it('has no series for names that clients choose', async () => {
    const { chat, send } = setUp({ metrics: 'public' });
    await chat('none');
    const count = async () => (await send('GET', '/metrics')).text.split('\n').length;
    await count();
    const linesBefore = await count();
    for (let number = 0; number < 500; number++) await chat(`model ${number}`);
    expect(await count()).toBe(linesBefore);
    for (let number = 0; number < 50; number++) await send('GET', `/path-${number}`);
    // One series of `other` in the counter, and one histogram.
    expect((await count()) - linesBefore).toBeLessThan(20);
  });
});
