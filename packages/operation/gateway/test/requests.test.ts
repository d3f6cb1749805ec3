import { createAdmin, createCallLog, createKeys, memoryCallStore } from '@majordomo/admin';
import { createLedger, memoryStore, type SpendRecord } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import type { RequestEvent } from '../src/index.ts';
import { openaiClient, post } from './support/clients.ts';
import { KEY, startGateway } from './support/test-gateway.ts';

const chat = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };
const CHAT = '/v1/chat/completions';

describe('onRequest', () => {
  const startWithEvents = async (options: Parameters<typeof startGateway>[0] = {}) => {
    const events: RequestEvent[] = [];
    const testGateway = await startGateway({
      ...options,
      gateway: { onRequest: (event) => events.push(event), ...options.gateway },
    });
    return { testGateway, events };
  };

  it('reports wire, model, caller, status and calls of a complete response', async () => {
    const { testGateway, events } = await startWithEvents();
    await using _testGateway = testGateway;
    const headers = { 'x-client-request-id': 'c-1' };
    const response = await post(testGateway, '/v1/messages', { ...chat, max_tokens: 5 }, { headers });
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
    const { testGateway, events } = await startWithEvents();
    await using _testGateway = testGateway;
    const response = await post(testGateway, CHAT, { ...chat, stream: true });
    await response.text();
    await expect.poll(() => events.length, { timeout: 10_000 }).toBe(1);
    expect(events).toMatchObject([
      { isStreamed: true, status: 200, wire: 'openai-chat', calls: [expect.any(String)] },
    ]);
  });

  it('reports a client that disconnects during a stream', async () => {
    const { testGateway, events } = await startWithEvents({ openai: () => ({ hang: true, after: 'par' }) });
    await using _testGateway = testGateway;
    const abortController = new AbortController();
    const response = await post(
      testGateway,
      CHAT,
      { ...chat, stream: true },
      { signal: abortController.signal },
    );
    expect([response.status, events]).toEqual([200, []]);
    abortController.abort();
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
    const { testGateway, events } = await startWithEvents();
    await using _testGateway = testGateway;
    await fetch(`${testGateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
    expect(events).toMatchObject([{ status, route, calls: [], error: { kind }, tenant: 'team-a' }]);
  });

  it('does not affect the response if it or onEvent throws', async () => {
    const onRequest = (): never => {
      throw new Error('listener');
    };
    await using testGateway = await startGateway({ gateway: { onRequest, onEvent: onRequest } });
    expect((await post(testGateway, CHAT, chat)).status).toBe(200);
  });
});

it('a gateway with keys, call log, ledger and admin API logs every call with its key and its booked cost', async () => {
  const keys = createKeys({ records: memoryRecords() });
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
  await using testGateway = await startGateway({
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
  const openai = openaiClient(testGateway, secret);
  const messages = [{ role: 'user' as const, content: 'hi' }];
  // oxlint-disable-next-line typescript/no-deprecated -- clients still send it
  await openai.chat.completions.create({ model: 'gpt', messages, user: 'u1' });
  for await (const _chunk of await openai.responses.create({ model: 'gpt', input: 'hi', stream: true }));
  const refusedRequests = [
    openai.chat.completions.create({ model: 'claude', messages }),
    openaiClient(testGateway, `${secret}x`).models.list(),
    openai.chat.completions.create({ model: 'gpt', messages, temperature: 9 }),
  ];
  await Promise.allSettled(refusedRequests);
  await expect.poll(() => records.length, { timeout: 10_000 }).toBe(2);
  await ledger.flush();
  await calls.flush();
  const response = await fetch(`${testGateway.url}/admin/v1/calls`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { calls: entries } = (await response.json()) as { calls: readonly Record<string, unknown>[] };
  const entriesWith = (model: unknown, status: number) =>
    entries.filter((entry) => entry['model'] === model && entry['status'] === status);
  const common = { tenant: 'acme', key: key.id, target: 'openai/gpt-5.4', outcome: 'finished' };
  expect(
    entriesWith('gpt', 200).toSorted((a, b) => (String(a['wire']) < String(b['wire']) ? -1 : 1)),
  ).toMatchObject([
    { ...common, wire: 'openai-chat', isStreamed: false, metadata: { team: 's', client: { user: 'u1' } } },
    { ...common, wire: 'openai-responses', isStreamed: true, attempts: [{ outcome: 'finished' }] },
  ]);
  expect(entriesWith('claude', 404)).toMatchObject([
    { outcome: 'refused', key: key.id, error: { kind: 'no-such-model' } },
  ]);
  expect(entriesWith(undefined, 401)).toMatchObject([{ outcome: 'refused' }]);
  expect(entriesWith(undefined, 400)).toMatchObject([{ outcome: 'refused', key: key.id }]);
  const bookedCost = records.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n);
  const loggedCost = entries.reduce((sum, { nanoUsd }) => sum + BigInt(String(nanoUsd ?? 0)), 0n);
  expect(loggedCost).toBe(bookedCost);
  expect(JSON.stringify(entries)).not.toContain(secret.slice(3));
  // The admin token is not a key.
  const headers = { authorization: `Bearer ${token}` };
  expect((await post(testGateway, CHAT, chat, { headers })).status).toBe(401);
});
