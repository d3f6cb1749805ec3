import { createMajordomo, LlmError, user, type CallEvent, type Majordomo } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { createOpenAI } from '@majordomo/provider-openai';
import { startWireServer, type Step } from '@majordomo/conformance';
import { testServer, type Reply } from '@majordomo/test-support';
import { refusedURL } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KEY, SLOTS, type Slot } from '../src/canary/slots.ts';
import { leaks } from '../src/canary/watch.ts';

const ECHO = `no ${KEY} and no ${Buffer.from(`user:${KEY}`).toString('base64')}`;
const failure = { failure: 'auth', message: ECHO, type: ECHO, code: KEY } as const;

/** Steps in which the vendor's server sends the key. */
const STEPS: Readonly<Record<string, Step>> = {
  'a refusal that echoes the key': {
    ...failure,
    headers: { 'x-request-id': KEY, 'retry-after-ms': '1' },
  },
  'a crash that echoes the key': { ...failure, failure: 'server' },
  'an error inside the stream': { fault: 'in-band', failure, at: { content: 1 } },
  'an error in place of the stream': { fault: 'in-band', failure, at: { content: 0 } },
  'an answer of the key that is cut': { fault: 'cut', at: { content: 1 }, answer: 'hello' },
  'broken JSON': { fault: 'bad-json' },
  'another content type': { fault: 'content-type', value: `text/plain; said=${KEY}` },
};

/** Responses with the key that any server may send. */
const RAW: Readonly<Record<string, Reply>> = {
  'a page that echoes the key': (response) => {
    response.writeHead(502, { 'content-type': 'text/html', 'x-request-id': KEY });
    response.end(`<html>${ECHO}</html>`);
  },
  'truncated JSON': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"said": ${KEY}`);
  },
  'JSON of another shape': (response) => {
    const body = {
      choices: ECHO,
      content: ECHO,
      candidates: ECHO,
      output: ECHO,
      message: ECHO,
      result: { said: ECHO },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  },
  'events without JSON': (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: {${KEY}\n\n`);
  },
  'events of another shape': (response) => {
    const data = JSON.stringify({
      type: KEY,
      choices: [{ delta: KEY, finish_reason: KEY }],
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sseEvent(data, KEY));
  },
  'lines without JSON': (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(`{${KEY}\n`);
  },
  'invalid frames': (response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end(`${ECHO}${ECHO}`);
  },
  'a redirect to an address with the key': (response) => {
    response.writeHead(302, { location: `http://user:${KEY}@127.0.0.1:9/x?key=${KEY}` }).end();
  },
  'a reason phrase': (response) => {
    response.writeHead(401, KEY, { 'content-type': 'text/plain' }).end();
  },
  'headers and no more': (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
  },
};

/** Servers with a constant response, created at the first use. */
const servers = new Map<string, Promise<{ readonly url: string; close(): Promise<unknown> }>>();
/** Spies of all output functions. */
const outputSpies = [
  ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name)),
  vi.spyOn(process.stdout, 'write'),
  vi.spyOn(process.stderr, 'write'),
  vi.spyOn(process, 'emitWarning'),
];
let refusedOrigin = '';

beforeAll(async () => {
  refusedOrigin = await refusedURL();
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const server of servers.values()) await (await server).close();
});

function urlOfServer(
  name: string,
  start: () => Promise<{ readonly url: string; close(): Promise<unknown> }>,
): Promise<string> {
  const server = servers.get(name) ?? start();
  servers.set(name, server);
  return server.then(({ url }) => url);
}

async function startServer(respond: Reply): Promise<{ url: string; close(): Promise<void> }> {
  const { origin, close } = await testServer(respond);
  return { url: origin, close };
}

/** Failure of a call: the origin that the call connects to, and the signal of an abort. */
interface Failure {
  readonly name: string;
  origin(slot: Slot): string | Promise<string>;
  readonly signal?: () => AbortSignal;
}

const FAILURES: readonly Failure[] = [
  ...Object.entries(STEPS).map(([name, step]) => ({
    name,
    origin: ({ wire }: Slot) =>
      urlOfServer(`${wire.name} ${name}`, () =>
        startWireServer({ wire, script: () => step, validate: false, split: 'event' }),
      ),
  })),
  ...Object.entries(RAW).map(([name, respond]) => ({
    name,
    origin: () => urlOfServer(name, () => startServer(respond)),
  })),
  { name: 'a refused connection', origin: () => refusedOrigin },
  { name: 'a name that does not resolve', origin: () => 'http://nobody.invalid' },
  {
    name: 'an abort before the answer',
    origin: () => urlOfServer('silence', () => startServer(() => undefined)),
    signal: () => AbortSignal.timeout(5),
  },
];

const SLOT_FAILURES: readonly string[] = [
  'a refusal that echoes the key',
  'an error inside the stream',
  'another content type',
  'a page that echoes the key',
  'truncated JSON',
  'a refused connection',
];

/** Makes a call that fails, and returns the leaks in everything that an app can read. */
async function leaksAfter(slot: Slot, failure: Failure): Promise<readonly string[]> {
  const origin = await failure.origin(slot);
  const events: CallEvent[] = [];
  const attempts: unknown[] = [];
  const provider = slot.provider(slot.wire.baseURL(origin));
  const dsn = slot.dsn?.(new URL(origin).host);
  const majordomo = createMajordomo({
    providers: [provider],
    env: { ...slot.env, ...(dsn !== undefined && { LLM_P: dsn }) },
    headers: slot.headers,
    chain: { attempts: 1, timeouts: { connectMs: 60, firstContentMs: 60, idleMs: 60, completeMs: 60 } },
    onEvent: (event) => events.push(event),
    around: (attempt, run) => {
      attempts.push(attempt);
      return run();
    },
  });
  const signal = failure.signal?.();
  const errors = [
    await errorOf(majordomo, slot, 'stream', signal),
    await errorOf(majordomo, slot, 'complete', signal),
  ];
  expect(errors.every((error) => LlmError.is(error))).toBe(true);
  return [
    ...leaks('error of the stream', errors[0]),
    ...leaks('error of the complete call', errors[1]),
    ...leaks('events', events),
    ...leaks('attempts', attempts),
    ...leaks('provider', provider),
    ...leaks('model of the provider', dsn === undefined ? provider.model(slot.model) : undefined),
    ...leaks('model', majordomo.model(`p/${slot.model}`)),
    ...leaks('majordomo', majordomo),
    ...leaks('health', majordomo.health.snapshot()),
    ...(dsn === undefined ? [] : leaks('loadEnv', majordomo.loadEnv({ LLM_P: dsn }))),
    ...leaks(
      'listModels',
      await majordomo.listModels('p', { signal: AbortSignal.timeout(60) }).catch((error: unknown) => error),
    ),
  ].map((leak) => `${failure.name}: ${leak}`);
}

async function errorOf(
  majordomo: Majordomo,
  { model }: Slot,
  delivery: 'stream' | 'complete',
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const chat = majordomo.model(`p/${model}`);
  const request = { messages: [user('hi')], maxTokens: 100 };
  try {
    if (delivery === 'complete') return await chat.generate(request, { signal });
    for await (const _ of chat.stream(request, { signal }));
  } catch (error) {
    return error;
  }
  return undefined;
}

it.each(SLOTS.map((slot) => [slot.name, slot] as const))(
  'a failed call leaks no key of %s',
  async (_, slot) => {
    // The first slot of an API runs all failures. Further slots run those that depend on the slot.
    const isFirst = SLOTS.find(({ wire }) => wire === slot.wire) === slot;
    const failures = FAILURES.filter(({ name }) => isFirst || SLOT_FAILURES.includes(name));
    const all = await Promise.all(failures.map((each) => leaksAfter(slot, each)));
    expect(all.flat()).toEqual([]);
  },
  60_000,
);

it('rejects a base URL with a key, and the error does not contain the key', () => {
  const create = (): unknown =>
    createOpenAI({ id: 'p', apiKey: 'k-0', baseURL: `http://user:${KEY}@127.0.0.1:9/v1` });
  let error: unknown;
  try {
    create();
  } catch (thrown) {
    error = thrown;
  }
  expect(LlmError.is(error, 'config')).toBe(true);
  expect(leaks('error', error)).toEqual([]);
});

it('prints no key', () => {
  expect(outputSpies.flatMap(({ mock }) => leaks('output', mock.calls))).toEqual([]);
});
