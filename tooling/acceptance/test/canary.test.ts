import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMajordomo, LlmError, user, type CallEvent, type Majordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { startWireServer, type Step } from '@majordomo/conformance';
import { refusedURL } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KEY, SLOTS, type Slot } from '../src/canary/slots.ts';
import { leaks } from '../src/canary/watch.ts';

const SAID = `no ${KEY} and no ${Buffer.from(`user:${KEY}`).toString('base64')}`;
const failure = { failure: 'auth', message: SAID, type: SAID, code: KEY } as const;

/** What the vendor of a wire says, with the key in it. */
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

/** What any server may send. */
const RAW: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a page that echoes the key': (response) => {
    response.writeHead(502, { 'content-type': 'text/html', 'x-request-id': KEY });
    response.end(`<html>${SAID}</html>`);
  },
  'half of a JSON text': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"said": ${KEY}`);
  },
  'JSON of another shape': (response) => {
    const body = {
      choices: SAID,
      content: SAID,
      candidates: SAID,
      output: SAID,
      message: SAID,
      result: { said: SAID },
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
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`event: ${KEY}\ndata: ${data}\n\n`);
  },
  'lines without JSON': (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(`{${KEY}\n`);
  },
  'frames that are none': (response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end(`${SAID}${SAID}`);
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

/** Servers that always do the same, made at the first use. */
const servers = new Map<string, Promise<{ readonly url: string; close(): Promise<unknown> }>>();
/** Everything that is printed, wherever it goes. */
const printed = [
  ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name)),
  vi.spyOn(process.stdout, 'write'),
  vi.spyOn(process.stderr, 'write'),
  vi.spyOn(process, 'emitWarning'),
];
let refused = '';

beforeAll(async () => {
  refused = await refusedURL();
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const server of servers.values()) await (await server).close();
});

function served(
  name: string,
  start: () => Promise<{ readonly url: string; close(): Promise<unknown> }>,
): Promise<string> {
  const server = servers.get(name) ?? start();
  servers.set(name, server);
  return server.then(({ url }) => url);
}

async function anything(
  respond: (response: ServerResponse) => void,
): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = createServer((_, response) => {
    respond(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
      return once(server, 'close');
    },
  };
}

/** One way to fail: where the call goes, and what becomes of it. */
interface Path {
  readonly name: string;
  origin(slot: Slot): string | Promise<string>;
  readonly signal?: () => AbortSignal;
}

const PATHS: readonly Path[] = [
  ...Object.entries(STEPS).map(([name, step]) => ({
    name,
    origin: ({ wire }: Slot) =>
      served(`${wire.name} ${name}`, () =>
        startWireServer({ wire, script: () => step, validate: false, split: 'event' }),
      ),
  })),
  ...Object.entries(RAW).map(([name, respond]) => ({
    name,
    origin: () => served(name, () => anything(respond)),
  })),
  { name: 'a refused connection', origin: () => refused },
  { name: 'a name that does not resolve', origin: () => 'http://nobody.invalid' },
  {
    name: 'an abort before the answer',
    origin: () => served('silence', () => anything(() => undefined)),
    signal: () => AbortSignal.timeout(5),
  },
];

const TELLING: readonly string[] = [
  'a refusal that echoes the key',
  'an error inside the stream',
  'another content type',
  'a page that echoes the key',
  'half of a JSON text',
  'a refused connection',
];

/** Fails in that way, and looks at all that anybody could look at. */
async function found(slot: Slot, path: Path): Promise<readonly string[]> {
  const origin = await path.origin(slot);
  const events: CallEvent[] = [];
  const seen: unknown[] = [];
  const provider = slot.provider(slot.wire.baseURL(origin));
  const dsn = slot.dsn?.(new URL(origin).host);
  const majordomo = createMajordomo({
    providers: [provider],
    env: { ...slot.env, ...(dsn !== undefined && { LLM_P: dsn }) },
    headers: slot.headers,
    chain: { attempts: 1, timeouts: { connectMs: 60, firstContentMs: 60, idleMs: 60, completeMs: 60 } },
    onEvent: (event) => events.push(event),
    around: (attempt, run) => {
      seen.push(attempt);
      return run();
    },
  });
  const signal = path.signal?.();
  const errors = [
    await failed(majordomo, slot, 'stream', signal),
    await failed(majordomo, slot, 'complete', signal),
  ];
  expect(errors.every((error) => LlmError.is(error))).toBe(true);
  return [
    ...leaks('error of the stream', errors[0]),
    ...leaks('error of the complete call', errors[1]),
    ...leaks('events', events),
    ...leaks('attempts', seen),
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
  ].map((leak) => `${path.name}: ${leak}`);
}

async function failed(
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
  'a key in %s shows nowhere, however a call fails',
  async (_, slot) => {
    // How a wire fails is looked at once in full; what differs by slot shows in a few.
    const isFirst = SLOTS.find(({ wire }) => wire === slot.wire) === slot;
    const paths = PATHS.filter(({ name }) => isFirst || TELLING.includes(name));
    const all = await Promise.all(paths.map((path) => found(slot, path)));
    expect(all.flat()).toEqual([]);
  },
  60_000,
);

it('a key in a base URL is refused, and the refusal does not show it', () => {
  const refused = (): unknown =>
    createOpenAI({ id: 'p', apiKey: 'k-0', baseURL: `http://user:${KEY}@127.0.0.1:9/v1` });
  let error: unknown;
  try {
    refused();
  } catch (thrown) {
    error = thrown;
  }
  expect(LlmError.is(error, 'config')).toBe(true);
  expect(leaks('the refusal', error)).toEqual([]);
});

it('no key was printed', () => {
  expect(printed.flatMap(({ mock }) => leaks('output', mock.calls))).toEqual([]);
});
