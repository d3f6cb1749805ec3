import { createAdmin, createCallLog, createKeys, memoryCallStore, memoryKeyStore } from '@majordomo/admin';
import { createLedger, memoryStore, type SpendRecord } from '@majordomo/ledger';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { RequestEvent } from '../src/index.ts';
import { KEY, startGateway } from './support/test-gateway.ts';

const chat = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };
const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('onRequest', () => {
  const start = async (options: Parameters<typeof startGateway>[0] = {}) => {
    const events: RequestEvent[] = [];
    const at = await startGateway({
      ...options,
      gateway: { onRequest: (event) => events.push(event), ...options.gateway },
    });
    return { at, events };
  };

  it('reports wire, model, caller, status and calls of a complete response', async () => {
    const { at, events } = await start();
    await using _at = at;
    const response = await post(
      `${at.url}/v1/messages`,
      { ...chat, max_tokens: 5 },
      { 'x-client-request-id': 'c-1' },
    );
    await response.text();
    expect(events).toEqual([
      {
        requestId: response.headers.get('x-request-id'),
        clientRequestId: 'c-1',
        at: expect.any(String),
        ms: expect.any(Number),
        method: 'POST',
        route: '/v1/messages',
        wire: 'anthropic-messages',
        isStreamed: false,
        status: 200,
        tenant: 'team-a',
        key: undefined,
        model: 'gpt',
        calls: [expect.any(String)],
        error: undefined,
      },
    ]);
  });

  it('reports a streamed response once, after its last byte', async () => {
    const { at, events } = await start();
    await using _at = at;
    const response = await post(`${at.url}/v1/chat/completions`, { ...chat, stream: true });
    await response.text();
    await expect.poll(() => events.length, { timeout: 10_000 }).toBe(1);
    expect(events).toMatchObject([
      { isStreamed: true, status: 200, wire: 'openai-chat', calls: [expect.any(String)] },
    ]);
  });

  it('reports a client that disconnects during a stream', async () => {
    const { at, events } = await start({ openai: () => ({ hang: true, after: 'par' }) });
    await using _at = at;
    const leaving = new AbortController();
    const response = await fetch(`${at.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ ...chat, stream: true }),
      signal: leaving.signal,
    });
    expect([response.status, events]).toEqual([200, []]);
    leaving.abort();
    await expect.poll(() => events.length, { timeout: 10_000 }).toBe(1);
    expect(events).toMatchObject([{ status: 200, isStreamed: true, calls: [expect.any(String)] }]);
  });

  it.each<[string, string, object | undefined, number, string, string]>([
    [
      'POST',
      '/v1/chat/completions',
      { model: 'none', messages: [] },
      400,
      '/v1/chat/completions',
      'invalid-request',
    ],
    [
      'POST',
      '/v1/chat/completions',
      { ...chat, model: 'none' },
      404,
      '/v1/chat/completions',
      'no-such-model',
    ],
    ['GET', '/v1/nothing', undefined, 404, 'other', 'no-such-route'],
    ['GET', '/v1/models/none', undefined, 404, '/v1/models/:name', 'no-such-model'],
    ['GET', '/v1/responses', undefined, 405, '/v1/responses', 'wrong-method'],
  ])('reports the refusal of %s %s %j with %d', async (method, path, body, status, route, kind) => {
    const { at, events } = await start();
    await using _at = at;
    await fetch(`${at.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
    expect(events).toMatchObject([{ status, route, calls: [], error: { kind }, tenant: 'team-a' }]);
  });

  it('a listener that throws has no effect', async () => {
    const onRequest = (): never => {
      throw new Error('listener');
    };
    await using at = await startGateway({ gateway: { onRequest, onEvent: onRequest } });
    expect((await post(`${at.url}/v1/chat/completions`, chat)).status).toBe(200);
  });
});

it('keys, call log, ledger and admin API work together behind one gateway', async () => {
  const keys = createKeys({ store: memoryKeyStore() });
  const calls = createCallLog({ store: memoryCallStore() });
  const records: SpendRecord[] = [];
  const ledger = createLedger({
    store: memoryStore(),
    limitsOf: (call) => keys.limitsOf(call),
    onRecord(record) {
      records.push(record);
      calls.onRecord(record);
    },
  });
  const token = 'correct-horse-battery';
  await using at = await startGateway({
    majordomo: { gates: [ledger.gate] },
    gateway: {
      authorize: (request) => keys.authorize(request),
      mounts: [createAdmin({ keys, calls, ledger, token })],
      onEvent: calls.onEvent,
      onRequest: calls.onRequest,
    },
  });
  const { key, secret } = await keys.create({
    name: 'a',
    tenant: 'acme',
    models: ['gpt'],
    metadata: { team: 's' },
  });
  const openai = new OpenAI({ apiKey: secret, baseURL: `${at.url}/v1`, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  // oxlint-disable-next-line typescript/no-deprecated -- clients still send it
  await openai.chat.completions.create({ model: 'gpt', messages, user: 'u1' });
  for await (const _chunk of await openai.responses.create({ model: 'gpt', input: 'hi', stream: true }));
  const refused = [
    openai.chat.completions.create({ model: 'claude', messages }),
    new OpenAI({ apiKey: `${secret}x`, baseURL: `${at.url}/v1`, maxRetries: 0 }).models.list(),
    openai.chat.completions.create({ model: 'gpt', messages, temperature: 9 }),
  ];
  await Promise.allSettled(refused);
  await expect.poll(() => records.length, { timeout: 10_000 }).toBe(2);
  await ledger.flush();
  await calls.flush();
  const response = await fetch(`${at.url}/admin/v1/calls`, { headers: { authorization: `Bearer ${token}` } });
  const { calls: entries } = (await response.json()) as { calls: readonly Record<string, unknown>[] };
  const of = (model: unknown, status: number) =>
    entries.filter((entry) => entry['model'] === model && entry['status'] === status);
  const common = { tenant: 'acme', key: key.id, target: 'openai/gpt-5.4', outcome: 'finished' };
  expect(of('gpt', 200).toSorted((a, b) => (String(a['wire']) < String(b['wire']) ? -1 : 1))).toMatchObject([
    { ...common, wire: 'openai-chat', isStreamed: false, metadata: { team: 's', client: { user: 'u1' } } },
    { ...common, wire: 'openai-responses', isStreamed: true, attempts: [{ outcome: 'finished' }] },
  ]);
  expect(of('claude', 404)).toMatchObject([
    { outcome: 'refused', key: key.id, error: { kind: 'no-such-model' } },
  ]);
  expect(of(undefined, 401)).toMatchObject([{ outcome: 'refused' }]);
  expect(of(undefined, 400)).toMatchObject([{ outcome: 'refused', key: key.id }]);
  const total = records.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n);
  const logged = entries.reduce((sum, { nanoUsd }) => sum + BigInt(String(nanoUsd ?? 0)), 0n);
  expect(logged).toBe(total);
  expect(JSON.stringify(entries)).not.toContain(secret.slice(3));
  // The admin token is not a key.
  expect(
    (await post(`${at.url}/v1/chat/completions`, chat, { authorization: `Bearer ${token}` })).status,
  ).toBe(401);
});
