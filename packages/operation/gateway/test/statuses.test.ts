import Anthropic from '@anthropic-ai/sdk';
import { createKeys } from '@majordomo/admin';
import { LlmError, type Denial, type Gate } from '@majordomo/core';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { KEY, startGateway, type TestGatewayOptions } from './support/test-gateway.ts';

type Wire = 'chat' | 'responses' | 'messages';

/** Returns a `fetch` that counts requests and records the retry headers. It shortens the waits before the clients' retries. */
function countRequests() {
  const traffic = { requests: 0, retryAfter: null as string | null, shouldRetry: null as string | null };
  const send: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    traffic.requests++;
    traffic.retryAfter = response.headers.get('retry-after');
    traffic.shouldRetry = response.headers.get('x-should-retry');
    const headers = new Headers(response.headers);
    headers.set('retry-after-ms', '1');
    return new Response(response.body, { status: response.status, headers });
  };
  return { traffic, send };
}

/** Returns the failure of a call over a wire, as its official client throws it. */
async function failureOf(url: string, wire: Wire, key: string = KEY) {
  const { traffic, send } = countRequests();
  const openai = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, fetch: send });
  const anthropic = new Anthropic({ apiKey: key, baseURL: url, fetch: send });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const calls: Readonly<Record<Wire, () => PromiseLike<unknown>>> = {
    chat: () => openai.chat.completions.create({ model: 'gpt', messages }),
    responses: () => openai.responses.create({ model: 'gpt', input: 'hi' }),
    messages: () => anthropic.messages.create({ model: 'gpt', max_tokens: 10, messages }),
  };
  const error = await Promise.resolve(calls[wire]()).then(
    () => undefined,
    (thrown: unknown) =>
      thrown as InstanceType<typeof OpenAI.APIError> & { error: { error?: { type: string } } },
  );
  const type = wire === 'messages' ? error?.error.error?.type : error?.type;
  const { status, code, param, message } = error ?? {};
  return { ...traffic, status, type, code, param, message };
}

/** Starts a gateway with a gate that decides on every attempt. */
async function startWithGate(admit: Gate['admit']) {
  const errors: unknown[] = [];
  const options: TestGatewayOptions = {
    majordomo: { gates: [{ name: 'ledger', admit }] },
    gateway: { onError: (error) => errors.push(error) },
  };
  return { errors, testGateway: await startGateway(options) };
}

const HOUR_MS = 3_600_000;
/** Error of a denial: type, code and parameter at OpenAI, and type at Anthropic. */
interface ErrorOf {
  readonly openai: readonly [type: string, code: string, param?: string];
  readonly anthropic: string;
}
const SPENT: ErrorOf = { openai: ['insufficient_quota', 'insufficient_quota'], anthropic: 'billing_error' };
const RATE: ErrorOf = { openai: ['rate_limit_error', 'rate_limit_exceeded'], anthropic: 'rate_limit_error' };
const TOO_LARGE: ErrorOf = {
  openai: ['invalid_request_error', 'request_too_large_for_limit', 'max_tokens'],
  anthropic: 'invalid_request_error',
};
const CONFIG: ErrorOf = { openai: ['server_error', 'config'], anthropic: 'api_error' };
const DOWN: ErrorOf = { openai: ['server_error', 'unavailable'], anthropic: 'overloaded_error' };
const NOT_ALLOWED: ErrorOf = {
  openai: ['permission_error', 'budget_exceeded'],
  anthropic: 'permission_error',
};
const DENIED: ErrorOf = { openai: ['rate_limit_error', 'budget_exceeded'], anthropic: 'rate_limit_error' };

type Row = readonly [
  name: string,
  denial: Omit<Denial, 'deny'>,
  status: number,
  retryAfter: string | null,
  requests: number,
  reports: number,
  error: ErrorOf,
];

const ROWS: readonly Row[] = [
  ['a budget that renews', { code: 'budget-spent', retryAfterMs: HOUR_MS }, 402, '3600', 1, 0, SPENT],
  ['a budget that never renews', { code: 'budget-spent' }, 402, null, 1, 0, SPENT],
  ['a rate that renews soon', { code: 'rate-limited', retryAfterMs: 10 }, 429, '1', 3, 0, RATE],
  ['a rate that renews late', { code: 'rate-limited', retryAfterMs: HOUR_MS }, 429, '3600', 1, 0, RATE],
  ['a request that exceeds the limit', { code: 'call-too-large' }, 400, null, 1, 0, TOO_LARGE],
  ['an answer of unknown length', { code: 'no-bound', advance: true }, 400, null, 1, 1, TOO_LARGE],
  ['a missing price', { code: 'no-price', advance: true }, 502, null, 1, 3, CONFIG],
  ['a ledger whose store is down', { code: 'books-down' }, 503, '5', 3, 1, DOWN],
];

describe.each(ROWS)('%s', (_, denial, status, retryAfter, requests, reports, { openai, anthropic }) => {
  it('has the status and error of each wire, and the clients retry only if a retry can succeed', async () => {
    const deny = 'the limit "secret-name" of $7';
    const { testGateway, errors } = await startWithGate(() => ({ deny, publicMessage: 'public', ...denial }));
    await using _testGateway = testGateway;
    const shouldRetry = requests === 1 ? 'false' : null;
    const facts = { status, requests, retryAfter, shouldRetry };
    const [type, code, param = null] = openai;
    const chat = await failureOf(testGateway.url, 'chat');
    expect(chat).toMatchObject({ ...facts, type, code, param });
    expect(chat.message).toContain('public');
    expect(chat.message).not.toContain('secret-name');
    const responses = await failureOf(testGateway.url, 'responses');
    expect(responses).toMatchObject({ ...facts, type, code });
    expect(responses.param).toBe(param === 'max_tokens' ? 'max_output_tokens' : param);
    expect(await failureOf(testGateway.url, 'messages')).toMatchObject({ ...facts, type: anthropic });
    expect(errors).toHaveLength(reports);
  });
});

it.each<[string, Gate['admit'], number, string | null, number, number, ErrorOf]>([
  ['that waiting does not resolve', () => ({ deny: 'reason' }), 403, null, 1, 2, NOT_ALLOWED],
  ['that waiting resolves', () => ({ deny: 'reason', retryAfterMs: 5000 }), 429, '5', 3, 0, DENIED],
  ['of a gate that fails', () => Promise.reject(new Error('reason')), 429, '1', 3, 6, DENIED],
])(
  'a denial without a code %s has the status %i and its reason',
  async (_, admit, status, retryAfter, requests, reports, { openai: [type, code], anthropic }) => {
    const { testGateway, errors } = await startWithGate(admit);
    await using _testGateway = testGateway;
    const message = expect.stringContaining('reason') as string;
    const shouldRetry = requests === 1 ? 'false' : null;
    const facts = { status, requests, retryAfter, shouldRetry, message };
    expect(await failureOf(testGateway.url, 'chat')).toMatchObject({ ...facts, type, code });
    expect(await failureOf(testGateway.url, 'messages')).toMatchObject({ ...facts, type: anthropic });
    expect(errors).toEqual(Array(reports).fill(expect.objectContaining({ kind: 'denied' })));
  },
);

describe('the message of a limit', () => {
  const failureAfterLimit = async (isShared: boolean) => {
    const keys = createKeys({ records: memoryRecords() });
    const limit = { max: { calls: 1 }, per: 'ever' as const };
    const ledger = createLedger({
      store: memoryStore(),
      limits: isShared ? [{ name: 'company', ...limit }] : [],
      limitsOf: (call) => keys.limitsOf(call),
    });
    const { secret } = await keys.create({ name: 'a', limits: isShared ? [] : [limit] });
    await using testGateway = await startGateway({
      majordomo: { gates: [ledger.gate] },
      gateway: { authorize: (request) => keys.authorize(request) },
    });
    expect((await failureOf(testGateway.url, 'chat', secret)).status).toBeUndefined();
    return await failureOf(testGateway.url, 'chat', secret);
  };

  it('of one key contains the amount of the limit', async () => {
    expect(await failureAfterLimit(false)).toMatchObject({
      // The limit never renews.
      status: 403,
      requests: 1,
      message: expect.stringContaining('nothing left of 1 call'),
    });
  });

  it('that keys share contains neither its name nor its amount', async () => {
    const { status, message = '' } = await failureAfterLimit(true);
    expect([status, /company|1 call/.test(message)]).toEqual([403, false]);
    expect(message).toContain('a limit of this service is spent');
  });
});

it('responds with 503 and a retry time while the key store is down, and reports the error once', async () => {
  const records: RecordStore = {
    ...memoryRecords(),
    get: () => Promise.reject(new LlmError('network', 'no connection to db.internal')),
  };
  const errors: unknown[] = [];
  const keys = createKeys({ records });
  await using testGateway = await startGateway({
    gateway: { authorize: (request) => keys.authorize(request), onError: (error) => errors.push(error) },
  });
  const secret = `mj_${'a'.repeat(43)}`;
  const failure = await failureOf(testGateway.url, 'chat', secret);
  expect(failure).toMatchObject({
    status: 503,
    requests: 3,
    retryAfter: '5',
    shouldRetry: null,
    code: 'unavailable',
  });
  expect(failure.message).not.toContain('db.internal');
  expect(await failureOf(testGateway.url, 'messages', secret)).toMatchObject({
    status: 503,
    type: 'overloaded_error',
  });
  expect(errors).toHaveLength(1);
});
