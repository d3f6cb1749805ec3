import type { Duplex } from 'node:stream';
import { createAgent, defineTool } from '@majordomo/agent';
import { openaiResponses, startWireServer, type WireServer } from '@majordomo/conformance';
import { createMajordomo, type Majordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeProvider } from '@majordomo/testing';
import { failureOf } from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { socketFetch, type SocketEvent, type SocketFetchOptions } from '../src/index.ts';
import { startBridge, type Bridge } from './support/bridge.ts';

afterEach(() => {
  vi.useRealTimers();
});

interface World extends AsyncDisposable {
  readonly bridge: Bridge;
  readonly server: WireServer;
  readonly events: SocketEvent[];
  readonly majordomo: Majordomo;
  readonly sockets: ReturnType<typeof socketFetch>;
}

/** Starts a server of the Responses API, a bridge of sockets to it, and a majordomo that uses the sockets. */
async function startWorld(
  script: Parameters<typeof startWireServer>[0]['script'],
  bridging: Parameters<typeof startBridge>[0] = {},
  options: SocketFetchOptions = {},
): Promise<World> {
  const server = await startWireServer({ wire: openaiResponses, script });
  const bridge = await startBridge(bridging);
  const events: SocketEvent[] = [];
  const sockets = socketFetch({ open: bridge.open, onEvent: (event) => events.push(event), ...options });
  const provider = createOpenAI({ apiKey: 'k', baseURL: server.baseURL, fetch: sockets });
  const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
  return {
    bridge,
    server,
    events,
    majordomo,
    sockets,
    async [Symbol.asyncDispose]() {
      sockets.close();
      await bridge[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const ask = (majordomo: Majordomo, text = 'hi', signal?: AbortSignal) =>
  majordomo.model('openai/gpt-5').generate({ messages: [user(text)] }, { signal });

const requestsOf = (events: readonly SocketEvent[]) =>
  events.flatMap((event) => (event.type === 'request' ? [event] : []));

const ERROR = (code: string) =>
  JSON.stringify({ type: 'error', status: 400, error: { code, message: code } });

/** Answers each request with messages of the socket, and never with an answer of the server. */
const sending = (...messages: readonly (string | object)[]) => ({
  answer(socket: WebSocket): boolean {
    for (const message of messages)
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return true;
  },
});

/** Returns the events of a response. */
const answer = (id: string, text: string): readonly object[] => {
  const content = [{ type: 'output_text', text, annotations: [] }];
  const output = [{ type: 'message', id: `m_${id}`, role: 'assistant', status: 'completed', content }];
  const response = { id, object: 'response', model: 'gpt-5' };
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { type: 'response.completed', response: { ...response, status: 'completed', output } },
  ];
};

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks up a page.',
  parameters: { type: 'object', properties: { page: { type: 'integer' } }, required: ['page'] },
  run: () => 'x'.repeat(1000),
});

/** Answers 20 times with a call of the tool, with arguments in an unusual form, and then with a text. */
const TWENTY_CALLS = (_exchange: unknown, n: number) =>
  n < 20 ? { toolCalls: [{ id: `call_${n}`, name: 'look_up', args: { page: n } }] } : 'Done.';

describe('an agent with 20 tool calls', () => {
  it('opens one socket, sends 20 increments, and at most 15 % of the bytes', async () => {
    await using world = await startWorld(TWENTY_CALLS);
    const model = world.majordomo.model('openai/gpt-5');
    const { text } = await createAgent({ model, tools: [lookUp], maxSteps: 30 }).run('Read 20 pages.');
    expect([text, world.bridge.upgrades()]).toEqual(['Done.', 1]);
    const sent = requestsOf(world.events);
    expect(sent.map(({ isIncrement }) => isIncrement)).toEqual([false, ...Array<boolean>(20).fill(true)]);
    const bytes = sent.reduce((sum, each) => sum + each.bytes, 0);
    const complete = world.bridge.messages.reduce((sum, { body }) => sum + JSON.stringify(body).length, 0);
    expect(bytes / complete).toBeLessThan(0.15);
  });

  it('has the same conversation as over HTTP, at each step', async () => {
    await using world = await startWorld(TWENTY_CALLS);
    await using twin = await startWireServer({ wire: openaiResponses, script: TWENTY_CALLS });
    const overHttp = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', baseURL: twin.baseURL })] });
    for (const majordomo of [world.majordomo, overHttp])
      await createAgent({ model: majordomo.model('openai/gpt-5'), tools: [lookUp], maxSteps: 30 }).run(
        'Read.',
      );
    const inputs = (server: WireServer) => server.requests.map(({ body }) => withoutIds(body));
    expect(inputs(world.server)).toEqual(inputs(twin));
  });
});

it('a complete answer and a streamed one have the same content', async () => {
  await using world = await startWorld(() => 'Hello.');
  const model = world.majordomo.model('openai/gpt-5');
  const complete = await model.generate({ messages: [user('hi')] });
  const streamed = await model.stream({ messages: [user('hi')] }).response();
  expect([complete.text, complete.usage, complete.finish]).toEqual([
    streamed.text,
    streamed.usage,
    streamed.finish,
  ]);
  expect(requestsOf(world.events)).toHaveLength(2);
});

/** Removes ids of items, which the servers choose. An increment uses the items of the server, with its members. */
const withoutIds = (body: unknown): unknown => {
  const { input, stream, ...rest } = body as { input: readonly Record<string, unknown>[]; stream?: boolean };
  void stream;
  const meanings = input.map((item) => {
    const { type = 'message', role, content, call_id: callId, name, arguments: args, output } = item;
    const texts = Array.isArray(content) ? content.map((part: { text?: string }) => part.text) : content;
    return { type, role, texts, callId, name, args, output };
  });
  return { ...rest, meanings };
};

describe('a repeated request', () => {
  it('is sent completely on the same socket if the server lost its state', async () => {
    let n = 0;
    await using world = await startWorld(TWENTY_CALLS, {
      answer(socket, message) {
        if (message['previous_response_id'] === undefined || n++ > 0) return false;
        socket.send(ERROR('previous_response_not_found'));
        return true;
      },
    });
    const model = world.majordomo.model('openai/gpt-5');
    const { text } = await createAgent({ model, tools: [lookUp], maxSteps: 30 }).run('Read 20 pages.');
    expect([text, world.bridge.upgrades()]).toEqual(['Done.', 1]);
    expect(requestsOf(world.events)).toHaveLength(22);
    expect(world.events.filter(({ type }) => type === 'resent')).toHaveLength(1);
  });

  it('is sent on a new socket if the lifetime of the socket ended', async () => {
    let n = 0;
    await using world = await startWorld(['one', 'two'], {
      answer(socket) {
        if (n++ !== 1) return false;
        socket.send(ERROR('websocket_connection_limit_reached'));
        return true;
      },
    });
    await ask(world.majordomo);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const { text } = await ask(world.majordomo);
    expect([text, requestsOf(world.events).length]).toEqual(['two', 3]);
  });

  it('is sent on a new socket if a reused socket closes before the first event, and fails on a new one', async () => {
    let n = 0;
    const isClosing = new Set([1, 3]);
    await using world = await startWorld(
      ['one', 'two', 'three'],
      {
        answer(socket) {
          if (!isClosing.has(n++)) return false;
          socket.terminate();
          return true;
        },
      },
      { maxSockets: 1 },
    );
    await ask(world.majordomo);
    expect((await ask(world.majordomo)).text).toBe('two');
    expect(world.events.filter(({ type }) => type === 'resent')).toHaveLength(1);
    for (const socket of world.bridge.sockets) socket.terminate();
    await expect.poll(() => world.events.filter(({ type }) => type === 'close').length).toBe(2);
    const error = await failureOf(ask(world.majordomo));
    expect([error.kind, requestsOf(world.events).length]).toEqual(['network', 4]);
  });
});

/** Returns a function that sends the start of an answer and breaks the connection. */
const breakAfter =
  (delta: string) =>
  (socket: WebSocket): boolean => {
    const response = { id: 'resp_1', object: 'response', status: 'in_progress', output: [], model: 'gpt-5' };
    const item = { type: 'message', id: 'm', role: 'assistant', status: 'in_progress', content: [] };
    const at = { output_index: 0, content_index: 0, item_id: 'm' };
    const part = { type: 'output_text', text: '' };
    for (const event of [
      { type: 'response.created', response },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.content_part.added', ...at, part },
      { type: 'response.output_text.delta', ...at, delta },
    ])
      socket.send(JSON.stringify(event));
    setImmediate(() => {
      socket.terminate();
    });
    return true;
  };

describe('a failure', () => {
  it.each([
    ['the status, headers and error of HTTP', { 'retry-after': '3' }],
    ['the valid ones of its headers', { 'retry-after': 3, 'bad name': 'x', 'bad-value': 'a\nb' }],
  ])('before the first event has %s', async (_, headers) => {
    const error = { code: 'rate_limit_exceeded', message: 'too fast', headers };
    await using world = await startWorld([], sending({ type: 'error', status: 429, error }));
    const { kind, details } = await failureOf(ask(world.majordomo));
    expect([kind, details.status, details.retryAfterMs]).toEqual(['rate-limit', 429, 3000]);
    expect(world.server.requests).toHaveLength(0);
  });

  const LIFETIME_ENDED = ERROR('websocket_connection_limit_reached');

  it.each([
    [
      'the lifetime of a socket in the middle of an answer',
      [...answer('resp_1', 'x').slice(0, 1), LIFETIME_ENDED],
    ],
    ['the lifetime of a socket twice before an answer', [LIFETIME_ENDED]],
    ['a frame that is not JSON', ['<html>']],
  ])('of %s is of kind network', async (_, messages) => {
    await using world = await startWorld([], sending(...messages));
    expect((await failureOf(ask(world.majordomo))).kind).toBe('network');
  });

  it('of an upgrade whose body does not end is ended by an abort', async () => {
    const controller = new AbortController();
    const stall = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      controller.abort(new Error('stop'));
    };
    await using world = await startWorld([], { stall: () => void stall() });
    const body = JSON.stringify({ model: 'm', input: [] });
    const init = { method: 'POST', body, signal: controller.signal };
    await expect(world.sockets(`${world.server.baseURL}/responses`, init)).rejects.toThrow('stop');
  });

  it('in the middle of an answer is of kind network, with the text that was read', async () => {
    await using world = await startWorld([], { answer: breakAfter('Hel') });
    const { stream } = world.majordomo.model('openai/gpt-5');
    const error = await failureOf(stream({ messages: [user('hi')] }).response());
    expect([error.kind, error.details.partial?.text]).toEqual(['network', 'Hel']);
  });

  it('in the middle of an answer lets the next target continue with `afterCommit: continue`', async () => {
    const begin = 'Once upon a time there was a fox, and it was red. ';
    await using world = await startWorld([], { answer: breakAfter(begin) });
    const majordomo = createMajordomo({
      providers: [
        createOpenAI({ apiKey: 'k', baseURL: world.server.baseURL, fetch: world.sockets }),
        fakeProvider({ id: 'other', models: { x: ['It lived in a wood.'] } }),
      ],
      chain: { attempts: 1 },
    });
    const model = majordomo.model('openai/gpt-5,other/x');
    const { stream } = model;
    const { text, attempts } = await stream(
      { messages: [user('hi')] },
      { afterCommit: 'continue' },
    ).response();
    expect([text, attempts.map(({ error }) => error?.kind)]).toEqual([
      `${begin}It lived in a wood.`,
      ['network', undefined],
    ]);
    expect(world.bridge.messages).toHaveLength(1);
  });

  it('of a message above 64 MiB is of kind network', async () => {
    await using world = await startWorld([], {
      answer(socket) {
        const { _socket: connection } = socket as unknown as { readonly _socket: Duplex };
        // Head of a text message of 64 MiB and one byte.
        connection.write(Uint8Array.of(0x81, 127, 0, 0, 0, 0, 4, 0, 0, 1));
        return true;
      },
    });
    expect((await failureOf(ask(world.majordomo))).kind).toBe('network');
  });
});

describe('HTTP', () => {
  it('is used for a message that is too large', async () => {
    await using world = await startWorld(['one'], {
      answer(socket) {
        socket.close(1009);
        return true;
      },
    });
    expect((await ask(world.majordomo)).text).toBe('one');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'http' }));
  });

  it('is used after a failed upgrade, until one request tries a socket again', async () => {
    let status: number | undefined = 426;
    await using world = await startWorld(
      ['one', 'two', 'three'],
      { refuse: () => status },
      { retryAfterMs: 60_000 },
    );
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await ask(world.majordomo);
    status = undefined;
    await ask(world.majordomo);
    expect(world.bridge.upgrades()).toBe(0);
    vi.setSystemTime(Date.now() + 60_001);
    await ask(world.majordomo);
    expect(world.bridge.upgrades()).toBe(1);
    expect(world.events.filter(({ type }) => type === 'http')).toHaveLength(2);
  });

  it.each([401, 403, 429])(
    'is not used if the upgrade is refused with %i, which is the answer',
    async (status) => {
      await using world = await startWorld(['one'], { refuse: () => status });
      const error = await failureOf(ask(world.majordomo));
      expect([error.details.status, world.server.requests.length]).toEqual([status, 0]);
      expect(world.events).toEqual([]);
    },
  );

  it('is used after an upgrade that is refused with more than 1 MiB', async () => {
    await using world = await startWorld(['hi'], { refuse: () => 429, refusalBytes: 2 ** 20 + 1 });
    expect((await ask(world.majordomo)).text).toBe('hi');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'http' }));
  });

  it('is used if all sockets are in use', async () => {
    await using world = await startWorld(() => 'fine', {}, { maxSockets: 4 });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(world.majordomo, `${n}`)));
    expect(answers.every(({ text }) => text === 'fine')).toBe(true);
    expect(world.bridge.upgrades()).toBe(4);
    expect(world.server.requests).toHaveLength(200);
  });
});

describe('a socket', () => {
  it('is closed by an abort, without an effect on others', async () => {
    const waiting: (() => void)[] = [];
    await using world = await startWorld(['one'], {
      answer(_socket, message) {
        if (!JSON.stringify(message).includes('wait')) return false;
        for (const wake of waiting.splice(0)) wake();
        return true;
      },
    });
    const controller = new AbortController();
    const arrived = new Promise<void>((resolve) => waiting.push(resolve));
    const aborted = failureOf(ask(world.majordomo, 'wait', controller.signal));
    await arrived;
    const other = ask(world.majordomo, 'go on');
    controller.abort();
    expect((await aborted).kind).toBe('aborted');
    expect((await other).text).toBe('one');
    await expect.poll(() => world.bridge.sockets.size).toBe(1);
  });

  it('ignores late events of a finished response', async () => {
    let n = 0;
    const completed = (id: string, text: string) => JSON.stringify(answer(id, text).at(-1));
    const reply = (socket: WebSocket): true => {
      n++;
      if (n === 2) socket.send(completed('resp_1', 'late'));
      socket.send(completed(`resp_${n}`, `answer ${n}`));
      return true;
    };
    await using world = await startWorld([], { answer: reply }, { maxSockets: 1 });
    expect((await ask(world.majordomo, 'one')).text).toBe('answer 1');
    expect((await ask(world.majordomo, 'two')).text).toBe('answer 2');
  });

  it.each([
    ['an error in the middle of an answer', ['response.created', 'error', 'response.failed']],
    ['a failed response', ['response.created', 'response.failed', 'error']],
    ['an error before the answer', ['error', 'response.failed']],
  ])('that is used after %s does not answer another request', async (_, names) => {
    const failed = { id: 'resp_1', status: 'failed', error: { code: 'server_error', message: 'sorry' } };
    const events = names.map((type) =>
      type === 'error' ? { type, code: 'server_error', message: 'sorry' } : { type, response: failed },
    );
    const requests: WebSocket[] = [];
    const reply = (socket: WebSocket): true => {
      const number = requests.push(socket);
      if (number === 1) for (const event of events.slice(0, -1)) socket.send(JSON.stringify(event));
      // The last event of the failure arrives after the next request.
      if (number === 2) requests[0]?.send(JSON.stringify(events.at(-1)));
      if (number > 1)
        for (const event of answer(`resp_${number}`, `answer ${number}`)) socket.send(JSON.stringify(event));
      return true;
    };
    await using world = await startWorld([], { answer: reply }, { maxSockets: 1 });
    await failureOf(ask(world.majordomo, 'one'));
    expect((await ask(world.majordomo, 'two')).text).toBe('answer 2');
    expect((await ask(world.majordomo, 'three')).text).toBe('answer 3');
    expect(world.server.requests).toHaveLength(0);
  });

  it('ignores events of lanes, which its requests do not name', async () => {
    const other = answer('resp_x', 'other').map((event) => ({ ...event, stream_id: 'lane' }));
    await using world = await startWorld([], sending(...other, ...answer('resp_1', 'own')));
    expect((await ask(world.majordomo)).text).toBe('own');
  });

  it('is closed if the server sends an event of another response', async () => {
    const [created = {}] = answer('resp_1', 'own');
    await using world = await startWorld([], sending(created, ...answer('resp_x', 'other')));
    expect((await failureOf(ask(world.majordomo))).kind).toBe('network');
    await expect.poll(() => world.bridge.sockets.size).toBe(0);
  });

  it('is not opened for a request that was aborted before', async () => {
    await using world = await startWorld(() => 'fine');
    const body = JSON.stringify({ model: 'm', input: [] });
    const init = { method: 'POST', body, signal: AbortSignal.abort(new Error('stop')) };
    await expect(world.sockets(`${world.server.baseURL}/responses`, init)).rejects.toThrow('stop');
    expect(world.bridge.upgrades()).toBe(0);
  });

  it('is not shared by two keys', async () => {
    await using world = await startWorld(() => 'fine');
    const other = createOpenAI({
      id: 'other',
      apiKey: 'k2',
      baseURL: world.server.baseURL,
      fetch: world.sockets,
    });
    await ask(world.majordomo);
    await createMajordomo({ providers: [other] })
      .model('other/gpt-5')
      .generate({ messages: [user('hi')] });
    expect(world.bridge.upgrades()).toBe(2);
  });

  it('that is older than its maximum age is closed and replaced', async () => {
    await using world = await startWorld(() => 'fine', {}, { maxAgeMs: 60_000 });
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() });
    await ask(world.majordomo);
    await vi.advanceTimersByTimeAsync(60_001);
    await expect.poll(() => world.bridge.sockets.size).toBe(0);
    await ask(world.majordomo);
    expect(world.bridge.upgrades()).toBe(2);
  });

  it('is closed by close(), and a request in progress fails', async () => {
    await using world = await startWorld([], sending());
    const asked = failureOf(ask(world.majordomo));
    await expect.poll(() => world.bridge.messages.length).toBe(1);
    world.sockets.close();
    expect((await asked).kind).toBe('network');
  });
});

it('socketFetch rejects an invalid option as config', () => {
  expect(() => socketFetch({ maxSockets: 0 })).toThrow('maxSockets');
  expect(() => socketFetch({ sockets: 1 } as SocketFetchOptions)).toThrow('sockets');
});
