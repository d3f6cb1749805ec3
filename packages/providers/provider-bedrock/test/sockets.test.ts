import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { contextOf, requestOf, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createMajordomo, user, type Model, type ModelEvent } from '@majordomo/core';
import { createBedrock } from '../src/index.ts';
import * as frames from './frames.ts';
import { serverOf, type Protocol } from './server.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const OPTIONS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
};

async function modelOf(protocol: Protocol, answer: Answer): Promise<Model> {
  server = await serverOf(protocol, answer);
  return createBedrock({
    ...OPTIONS,
    baseURL: server.origin,
    requestHandler: protocol === 'http1' ? () => new NodeHttpHandler() : undefined,
  }).model('anthropic.claude-sonnet-4-20250514-v1:0');
}

const allClosed = (): Promise<void> => expect.poll(() => server?.openSockets()).toBe(0);

const headersOnly: Answer = (response) => {
  response.writeHead(200, frames.EVENT_STREAM);
  response.flushHeaders();
};
const firstEvents: Answer = (response) => {
  response.writeHead(200, frames.EVENT_STREAM);
  response.write(frames.START);
  response.write(frames.text('Hel'));
};

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  it.each([
    ['before the headers', () => undefined],
    ['between the headers and the first event', headersOnly],
  ] as const)('rejects the call and closes its socket at an abort %s', async (_when, answer) => {
    let resolveRequest: () => void = () => undefined;
    const request = new Promise<void>((resolve) => (resolveRequest = resolve));
    const model = await modelOf(protocol, (response, ...more) => {
      void answer(response, ...more);
      resolveRequest();
    });
    const controller = new AbortController();
    const steps = model.stream(requestOf(), contextOf({ signal: controller.signal }))[Symbol.asyncIterator]();
    const rejection = expect(readToEnd(steps)).rejects.toMatchObject({ kind: 'aborted' });
    await request;
    controller.abort();
    await rejection;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await allClosed();
  });

  it('rejects the call and closes its socket at an abort in the body', async () => {
    const model = await modelOf(protocol, firstEvents);
    const controller = new AbortController();
    const steps = model.stream(requestOf(), contextOf({ signal: controller.signal }))[Symbol.asyncIterator]();
    const events: ModelEvent[] = [];
    while (!events.some(({ type }) => type === 'text-delta'))
      events.push(...[(await steps.next()).value as ModelEvent[]].flat());
    controller.abort();
    await expect(steps.next()).rejects.toMatchObject({ kind: 'aborted' });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await allClosed();
  });

  it('closes the socket if the consumer stops reading', async () => {
    const model = await modelOf(protocol, firstEvents);
    for await (const step of model.stream(requestOf(), contextOf())) {
      if ([step].flat().length > 0) break;
    }
    await allClosed();
  });

  it('closes a stream that continues after its last event', async () => {
    const model = await modelOf(protocol, (response) => {
      response.writeHead(200, frames.EVENT_STREAM);
      for (const frame of frames.completeStream('Hello')) response.write(frame);
      const writeInterval = setInterval(() => response.write(frames.text('more')), 1);
      response.on('close', () => {
        clearInterval(writeInterval);
      });
    });
    for await (const _step of model.stream(requestOf(), contextOf()));
    await allClosed();
  });
});

async function readToEnd(steps: AsyncIterator<unknown>): Promise<void> {
  while ((await steps.next()).done !== true);
}

it("leaves at most one listener on an application's signal after 100 calls", async () => {
  const body = (): Readable => Readable.from([Buffer.concat(frames.completeStream('hi'))]);
  const response = (): object => ({ statusCode: 200, headers: frames.EVENT_STREAM, body: body() });
  const requestHandler = { handle: () => Promise.resolve({ response: response() }) };
  const bedrock = createBedrock({ ...OPTIONS, requestHandler });
  const model = createMajordomo({ env: {}, providers: [bedrock] }).model('bedrock/anthropic.claude-m');
  const { signal } = new AbortController();
  for (let call = 0; call < 100; call++) {
    const { text } = await model.stream({ messages: [user('hi')] }, { signal }).response();
    expect(text).toBe('hi');
  }
  expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
});
