import { createKeys, type KeyLimit } from '@majordomo/admin';
import { memoryRecords } from '@majordomo/records';
import { catalog } from '@majordomo/catalog';
import { createMajordomo, type ImagePart } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/index.ts';
import { postTo } from './support/clients.ts';

type Json = Readonly<Record<string, unknown>>;

const URL = 'https://a.test/a.png';
const image: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([137, 80, 78, 71]) };
/** Catalog with a model that costs one micro-USD per input token and ten per output token. */
const PRICED = catalog.with([
  {
    vendor: 'acme',
    id: 'x',
    contextTokens: 100_000,
    prices: [
      {
        from: '2020-01-01',
        rates: { input: 1_000_000, output: 10_000_000 },
        sources: ['contract'],
        trust: 'override',
      },
    ],
  },
]);
const TURN = {
  text: 'hi',
  usage: { input: 10, output: 900, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
};

/** Gateway with keys, limits and stored responses, which counts what it loads. */
async function setUp(options: Partial<GatewayOptions> = {}) {
  const clock = fakeClock(Date.parse('2026-11-23'));
  const keys = createKeys({ records: memoryRecords(), clock });
  const ledger = createLedger({ catalog: PRICED, limitsOf: keys.limitsOf, clock });
  let onSlowCall = (): void => undefined;
  const slowCall = new Promise<void>((resolve) => (onSlowCall = resolve));
  const provider = fakeProvider({
    id: 'acme',
    vendor: 'acme',
    models: { x: Array.from({ length: 5 }, () => TURN), slow: [{ hang: true }] },
  });
  const records = memoryRecords();
  const loads: string[] = [];
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider], gates: [ledger.gate] }),
    models: { m: 'acme/x', other: 'acme/x', slow: 'acme/slow' },
    authorize: keys.authorize,
    responses: {
      records: {
        ...records,
        get(space, key) {
          loads.push(key);
          return records.get(space, key);
        },
      },
    },
    fetchMedia(url) {
      loads.push(url);
      return Promise.resolve(image);
    },
    onEvent: ({ type, call }) => {
      if (type === 'call-start' && call.spec === 'acme/slow') onSlowCall();
    },
    ...options,
  });
  const post = (path: string, body: object, secret: string, signal?: AbortSignal): Promise<Response> =>
    postTo(gateway, path, body, {
      headers: { authorization: `Bearer ${secret}` },
      ...(signal && { signal }),
    });
  const keyWith = async (limits: readonly KeyLimit[] = [], models = ['m', 'slow']): Promise<string> =>
    (await keys.create({ name: 'k', tenant: 't', models, limits })).secret;
  const secret = await keyWith();
  const created = await post('/v1/responses', { model: 'm', input: 'hi' }, secret);
  const { id, output } = (await created.json()) as { readonly id: string; readonly output: readonly Json[] };
  loads.length = 0;
  return { clock, keys, keyWith, ledger, loads, post, secret, slowCall, id, itemId: output[0]?.['id'] };
}

type Gateway = Awaited<ReturnType<typeof setUp>>;
type BodyOf = (gateway: Gateway) => object;

/** Requests that name something, by path. */
const NAMING: readonly (readonly [what: string, path: string, body: BodyOf, loads: BodyOf])[] = [
  [
    'Chat Completions with a URL',
    '/v1/chat/completions',
    () => ({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: URL } }] }] }),
    () => [URL],
  ],
  [
    'Chat Completions with the URL of a file',
    '/v1/chat/completions',
    () => ({ messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: URL } }] }] }),
    () => [URL],
  ],
  [
    'Messages with a URL',
    '/v1/messages',
    () => ({
      max_tokens: 10,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: URL } }] }],
    }),
    () => [URL],
  ],
  [
    'count_tokens with a URL',
    '/v1/messages/count_tokens',
    () => ({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: URL } }] }] }),
    () => [],
  ],
  [
    'input_tokens with a URL',
    '/v1/responses/input_tokens',
    () => ({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: URL }] }] }),
    () => [],
  ],
  [
    'Responses with a URL',
    '/v1/responses',
    () => ({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: URL }] }] }),
    () => [URL],
  ],
  [
    'Responses with a reference',
    '/v1/responses',
    ({ itemId }) => ({
      input: [
        { type: 'item_reference', id: itemId },
        { role: 'user', content: 'next' },
      ],
    }),
    ({ id }) => [id],
  ],
  [
    'Responses with an earlier response, a result of a tool and a URL',
    '/v1/responses',
    ({ id }) => ({
      previous_response_id: id,
      input: [
        { type: 'function_call_output', call_id: 'c', output: 'sunny' },
        { role: 'user', content: [{ type: 'input_image', image_url: URL }] },
      ],
    }),
    ({ id }) => [id, URL],
  ],
];

describe('the URLs of a request', () => {
  const urls = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => `https://a.test/${at}.png`);
  const send = async (options: Partial<GatewayOptions>, named: readonly string[]) => {
    const { loads, post, secret } = await setUp(options);
    const content = named.map((url) => ({ type: 'image_url', image_url: { url } }));
    const body = { model: 'm', messages: [{ role: 'user', content }] };
    const response = await post('/v1/chat/completions', body, secret);
    const { error } = (await response.json()) as { readonly error?: Json };
    return { status: response.status, loads: loads.length, error };
  };

  it('are at most maxUrls, otherwise none is fetched', async () => {
    expect(await send({}, urls(20))).toMatchObject({ status: 200, loads: 20 });
    const { error, ...refused } = await send({}, urls(21));
    expect(refused).toEqual({ status: 400, loads: 0 });
    expect(error?.['message']).toContain(
      'is more than the maximum of 20 URLs and files in a request; name fewer',
    );
    expect(error?.['param']).toBe('messages[0].content[20].image_url.url');
    expect(await send({ maxUrls: 1 }, urls(2))).toMatchObject({ status: 400, loads: 0 });
  });

  it('are refused with 413 if their media are larger than maxBodyBytes together', async () => {
    const fetchMedia = (): Promise<ImagePart> => Promise.resolve({ ...image, bytes: new Uint8Array(2000) });
    expect((await send({ maxBodyBytes: 6000, fetchMedia }, urls(3))).status).toBe(200);
    expect(await send({ maxBodyBytes: 6000, fetchMedia }, urls(4))).toMatchObject({
      status: 413,
      error: { message: expect.stringContaining('6000 bytes in total') as string },
    });
  });
});

describe.each(NAMING)('%s', (_, path, bodyOf, loadsOf) => {
  const isCount = path.endsWith('_tokens');
  const expectStatus = async (
    response: Response,
    status: number,
    loads: readonly string[],
  ): Promise<void> => {
    expect([response.status, loads, await response.text()]).toEqual([status, [], expect.any(String)]);
  };

  it('loads what it names if nothing refuses it', async () => {
    const gateway = await setUp();
    const response = await gateway.post(path, { model: 'm', ...bodyOf(gateway) }, gateway.secret);
    expect([response.status, gateway.loads]).toEqual([200, loadsOf(gateway)]);
  });

  it('loads nothing for an unknown key, an expired key and a revoked key', async () => {
    const gateway = await setUp();
    const { clock, keys, loads, post } = gateway;
    const expired = await keys.create({ name: 'e', expiresAt: new Date(clock.now() + 1) });
    await clock.advance(1);
    const revoked = await keys.create({ name: 'r' });
    await keys.revoke(revoked.key.id);
    for (const secret of ['mj_unknown', expired.secret, revoked.secret])
      await expectStatus(await post(path, { model: 'm', ...bodyOf(gateway) }, secret), 401, loads);
  });

  it('loads nothing for an unknown model and a model of other keys', async () => {
    const gateway = await setUp();
    for (const model of ['unknown', 'other', 'acme/x']) {
      const response = await gateway.post(path, { model, ...bodyOf(gateway) }, gateway.secret);
      await expectStatus(response, 404, gateway.loads);
    }
  });

  it('loads nothing for an invalid body', async () => {
    const gateway = await setUp();
    const body = { model: 'm', ...bodyOf(gateway), temperature: 'hot' };
    await expectStatus(await gateway.post(path, body, gateway.secret), 400, gateway.loads);
  });

  it('loads nothing above maxConcurrent', async () => {
    const gateway = await setUp({ maxConcurrent: 1 });
    const client = new AbortController();
    const slow = { model: 'slow', messages: [{ role: 'user', content: 'hi' }] };
    const running = gateway.post('/v1/chat/completions', slow, gateway.secret, client.signal);
    await gateway.slowCall;
    const response = await gateway.post(path, { model: 'm', ...bodyOf(gateway) }, gateway.secret);
    await expectStatus(response, 429, gateway.loads);
    client.abort();
    await running;
  });

  it.each<[string, KeyLimit, number]>([
    ['calls', { max: { calls: 1 }, per: 'day' }, 429],
    ['tokens', { max: { tokens: 2000 }, per: 'day' }, 429],
    ['money', { max: { usd: '0.0150' }, per: 'day' }, 402],
  ])('loads nothing under a spent limit of %s', async (_unit, limit, status) => {
    const gateway = await setUp();
    const secret = await gateway.keyWith([limit]);
    const small = { model: 'm', max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] };
    expect((await gateway.post('/v1/chat/completions', small, secret)).status).toBe(200);
    await gateway.ledger.flush();
    const body = { model: 'm', ...bodyOf(gateway), max_tokens: 990, max_output_tokens: 990 };
    const response = await gateway.post(path, body, secret);
    // A token count makes no call, so it needs no budget.
    await expectStatus(response, isCount ? 200 : status, gateway.loads);
  });
});
