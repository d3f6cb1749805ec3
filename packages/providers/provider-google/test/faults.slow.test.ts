import { getEventListeners } from 'node:events';
import {
  contextOf,
  failureOf,
  inTurn,
  JSON_TYPE,
  requestOf,
  SSE_TYPE,
  testHostileServer,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createGoogle } from '../src/index.ts';
import { chunk, failing, OK, sseBody } from './answers.ts';

let server: TestServer;
afterEach(() => server.close());

async function serve(...answers: readonly Answer[]): Promise<void> {
  server = await testServer(inTurn(...answers));
}

const googleAt = (baseURL: string) => createGoogle({ apiKey: 'key', baseURL });
const callModel = (origin: string, id = 'm'): Promise<Collected> =>
  collect(googleAt(origin).model(id), requestOf(), contextOf());

describe('failures', () => {
  it('reports an error in a JSON body of 200 by its kind', async () => {
    await serve(failing(200, '{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}'));
    expect((await callModel(server.origin)).error?.kind).toBe('overloaded');
    expect(server.requests).toHaveLength(1);
  });

  it('reports a cut body as network, also after a finish reason', async () => {
    await serve((response) => {
      response.writeHead(200, SSE_TYPE);
      response.write(sseBody(chunk('Hel', 'STOP')));
      setImmediate(() => response.destroy());
    });
    expect((await callModel(server.origin)).error?.kind).toBe('network');
  });
});

it('an abort ends a call and closes its socket while a refusal is read', async () => {
  await serve((response) => void response.writeHead(500, JSON_TYPE).write('{"err'));
  const controller = new AbortController();
  const call = collect(
    googleAt(server.origin).model('m'),
    requestOf(),
    contextOf({ signal: controller.signal }),
  );
  await server.request(0);
  controller.abort();
  expect((await call).error?.kind).toBe('aborted');
  await expect.poll(() => server.openSockets()).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});

testHostileServer({
  answer: async (origin) => (await callModel(origin)).error,
  list: (origin) => failureOf(googleAt(origin).listModels!({ ...contextOf(), target: 'google' })),
});

it.each(['a#b', 'a?b', '%2e%2e/x', '../x', 'a b'])(
  'rejects the model id %j, which would change the URL',
  async (id) => {
    await serve(OK);
    expect((await callModel(server.origin, id)).error?.kind).toBe('invalid-request');
    expect(server.requests).toEqual([]);
  },
);
