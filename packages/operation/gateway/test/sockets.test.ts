import { once } from 'node:events';
import { memoryRecords } from '@majordomo/records';
import { deferred } from '@majordomo/test-support';
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import type { Response as ModelResponse, ResponsesClientEvent } from 'openai/resources/responses/responses';
import { describe, expect, it, vi } from 'vitest';
import { post } from './support/clients.ts';
import { ENDS, openSocket } from './support/socket-client.ts';
import { KEY, startGateway, type TestGateway } from './support/test-gateway.ts';

type Create = Extract<ResponsesClientEvent, { type: 'response.create' }>;

/** Opens a socket with the SDK, and returns a function that sends a request and returns its response. */
function connect(testGateway: TestGateway) {
  const client = new OpenAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1` });
  const sdk = new ResponsesWS(client);
  const events = sdk.stream();
  const respond = async (members: Partial<Create>): Promise<ModelResponse> => {
    sdk.send({ type: 'response.create', model: 'claude', ...members });
    for (;;) {
      const { value: event, done } = await events.next();
      if (done === true) throw new Error('the socket was closed');
      if (event.type === 'error') throw event.error;
      if (event.type === 'message' && event.message.type === 'response.completed')
        return event.message.response;
    }
  };
  return { sdk, respond };
}

const weather = {
  type: 'function' as const,
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
};

describe('ResponsesWS of the SDK', () => {
  it.each([false, true])(
    'continues a conversation with a tool call at Anthropic over three turns, with stored responses: %s',
    async (hasStore) => {
      await using testGateway = await startGateway({
        sockets: true,
        anthropic: (_, n) =>
          n === 0
            ? { toolCalls: [{ id: 'call_1', name: 'weather', args: { city: 'Bern' } }] }
            : `answer ${n}`,
        gateway: hasStore ? { responses: { records: memoryRecords() } } : {},
      });
      const { sdk, respond } = connect(testGateway);
      const tools = [weather];
      const first = await respond({ input: 'Weather in Bern?', tools, instructions: 'Be brief.' });
      const [call] = first.output;
      if (call?.type !== 'function_call') throw new Error('the response has no call');
      const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'sunny' };
      const second = await respond({ input: [result], previous_response_id: first.id, tools });
      const third = await respond({ input: 'Thanks.', previous_response_id: second.id, tools });
      const texts = [second, third].map(({ output }) =>
        output.map((item) => 'content' in item && item.content),
      );
      expect(texts).toMatchObject([[[{ text: 'answer 1' }]], [[{ text: 'answer 2' }]]]);
      expect([first, second, third].map((each) => each.previous_response_id)).toEqual([
        null,
        first.id,
        second.id,
      ]);
      const conversations = testGateway.anthropic.requests.map(({ body }) => {
        const { system, messages } = body as { system?: unknown; messages: { role: string }[] };
        return [system !== undefined, messages.map(({ role }) => role).join(' ')];
      });
      expect(conversations).toEqual([
        [true, 'user'],
        [false, 'user assistant user'],
        [false, 'user assistant user assistant user'],
      ]);
      sdk.close();
    },
  );

  it('receives the refusal of a request as an error with its code and status', async () => {
    await using testGateway = await startGateway({ sockets: true });
    const { sdk, respond } = connect(testGateway);
    await expect(respond({ model: 'unknown', input: 'hi' })).rejects.toMatchObject({
      error: { status: 404, error: { code: 'model_not_found', type: 'invalid_request_error' } },
    });
    sdk.close();
  });
});

describe('a socket', () => {
  it('has the events of the same request over HTTP', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.create();
    await client.next('response.completed');
    const response = await post(testGateway, '/v1/responses', { model: 'claude', input: 'hi', stream: true });
    const text = await response.text();
    const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(
      ([, json]) => JSON.parse(json ?? '') as object,
    );
    const withoutIds = (value: unknown): string =>
      JSON.stringify(value)
        .replaceAll(/"((?:resp|msg)_)[^"]*"/g, '"$1"')
        .replaceAll(/_at":\d+/g, '_at":0');
    expect(JSON.parse(withoutIds(client.messages))).toEqual(JSON.parse(withoutIds(events)));
  });

  it('receives no ping at the end of a response', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    let pings = 0;
    client.socket.on('ping', () => pings++);
    for (let turn = 0; turn < 2; turn++) {
      client.create();
      await client.next('response.completed');
    }
    const pong = once(client.socket, 'pong');
    client.socket.ping();
    await pong;
    expect(pings).toBe(0);
  });

  it('continues only the latest response of a lane, from any lane', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.create({ stream_id: 'main' });
    const first = await client.next('response.completed');
    client.create({ stream_id: 'critic', previous_response_id: first.response?.id });
    expect(await client.next(...ENDS)).toMatchObject({ type: 'response.completed', stream_id: 'critic' });
    client.create({ stream_id: 'main', previous_response_id: first.response?.id });
    expect(await client.next(...ENDS)).toMatchObject({ type: 'response.completed', stream_id: 'main' });
    client.create({ stream_id: 'critic', previous_response_id: first.response?.id });
    expect(await client.next(...ENDS)).toMatchObject({
      type: 'error',
      status: 400,
      stream_id: 'critic',
      error: { code: 'previous_response_not_found', param: 'previous_response_id' },
    });
    const lengths = testGateway.anthropic.requests.map(
      ({ body }) => (body as { messages: readonly unknown[] }).messages.length,
    );
    expect(lengths).toEqual([1, 3, 3]);
  });

  it('continues a stored response of another socket', async () => {
    await using testGateway = await startGateway({
      sockets: true,
      gateway: { responses: { records: memoryRecords() } },
    });
    await using one = await openSocket(testGateway.url);
    await using two = await openSocket(testGateway.url);
    one.create();
    const { response } = await one.next('response.completed');
    two.create({ previous_response_id: response?.id, store: false });
    const next = await two.next('response.completed');
    two.create({ previous_response_id: next.response?.id });
    await two.next('response.completed');
    const [, , third] = testGateway.anthropic.requests;
    expect((third?.body as { messages: readonly unknown[] }).messages).toHaveLength(5);
  });

  it('with `generate: false` stores the input without a call', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.create({ input: 'one', generate: false });
    const warm = await client.next('response.completed');
    expect(client.messages.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
    expect([warm.response?.output, testGateway.anthropic.requests.length]).toEqual([[], 0]);
    client.create({ input: 'two', previous_response_id: warm.response?.id });
    await client.next('response.completed');
    const [request] = testGateway.anthropic.requests;
    expect(JSON.stringify((request?.body as { messages: unknown }).messages)).toMatch(/one.*two/);
  });

  it('runs the requests of a lane in order, and those of several lanes in parallel', async () => {
    const running: string[] = [];
    const starts: string[] = [];
    let mostAtOnce = 0;
    const { promise: allStarted, resolve: release } = deferred();
    await using testGateway = await startGateway({
      sockets: true,
      anthropic: async ({ body }) => {
        const text = /"(\w \d)"/.exec(JSON.stringify(body))?.[1] ?? '';
        starts.push(text);
        running.push(text);
        mostAtOnce = Math.max(mostAtOnce, running.length);
        if (starts.length === 3) release();
        await allStarted;
        running.splice(running.indexOf(text), 1);
        return text;
      },
    });
    await using client = await openSocket(testGateway.url);
    for (const turn of [1, 2])
      for (const lane of ['a', 'b', undefined])
        client.create({ input: `${lane ?? 'd'} ${turn}`, stream_id: lane });
    for (let n = 0; n < 6; n++) await client.next('response.completed');
    expect(mostAtOnce).toBe(3);
    expect(starts.slice(0, 3).toSorted()).toEqual(['a 1', 'b 1', 'd 1']);
    for (const lane of ['a', 'b', undefined]) {
      const types = client.messages.filter((each) => each.stream_id === lane).map(({ type }) => type);
      const created = types.lastIndexOf('response.created');
      expect(types.indexOf('response.completed')).toBe(created - 1);
    }
  });

  it.each([true, false])(
    'whose key is revoked fails at its next request, and is closed (generate: %s)',
    async (generate) => {
      let isRevoked = false;
      await using testGateway = await startGateway({
        sockets: true,
        gateway: { authorize: () => (isRevoked ? undefined : {}) },
      });
      await using client = await openSocket(testGateway.url);
      client.create();
      await client.next('response.completed');
      isRevoked = true;
      client.create({ generate });
      expect(await client.next(...ENDS)).toMatchObject({
        type: 'error',
        status: 401,
        error: { code: 'invalid_api_key' },
      });
      expect(await client.closed).toBe(1001);
      expect(testGateway.anthropic.requests).toHaveLength(1);
    },
  );

  it('whose key is revoked is closed within a minute, also without a request', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const failure = new Error('the key store does not respond');
      const results: (() => object | undefined)[] = [
        () => ({}),
        () => ({}),
        () => {
          throw failure;
        },
        () => undefined,
      ];
      await using testGateway = await startGateway({
        sockets: true,
        gateway: { authorize: () => results.shift()?.() },
      });
      await using client = await openSocket(testGateway.url);
      for (let minute = 1; minute <= 3; minute++) {
        expect(client.messages).toEqual([]);
        await vi.advanceTimersByTimeAsync(60_000);
      }
      expect(await client.next('error')).toMatchObject({ status: 401, error: { code: 'invalid_api_key' } });
      expect(await client.closed).toBe(1001);
    } finally {
      vi.useRealTimers();
    }
  });
});
