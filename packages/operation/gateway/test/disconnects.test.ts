import { memoryRecords } from '@majordomo/records';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/index.ts';
import { postTo } from './support/clients.ts';
import { stopTimers } from './support/stop-timers.ts';

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const WITH_IMAGE = {
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] }],
};

/** Creates a function of the application that aborts the request and never settles. */
type Hang = (abort: () => void) => () => Promise<never>;
const hang: Hang = (abort) => () => {
  abort();
  return new Promise(() => undefined);
};

it.each<readonly [string, string, object | 'endless', (abort: () => void) => Partial<GatewayOptions>]>([
  ['`authorize`', '/v1/chat/completions', CHAT, (abort) => ({ authorize: hang(abort) })],
  ['`fetchMedia`', '/v1/chat/completions', WITH_IMAGE, (abort) => ({ fetchMedia: hang(abort) })],
  ['`moderations`', '/v1/moderations', { input: 'hi' }, (abort) => ({ moderations: hang(abort) })],
  ['a route', '/v1/batches', {}, (abort) => ({ routes: { '/v1/batches': hang(abort) } })],
  ['a resolver', '/v1/chat/completions', { ...CHAT, model: 'name' }, () => ({})],
  [
    'a resolver while tokens are counted',
    '/v1/messages/count_tokens',
    { ...CHAT, model: 'resolved' },
    () => ({}),
  ],
  ['an endless body', '/v1/chat/completions', 'endless', () => ({})],
  ['a mounted handler', '/own', {}, (abort) => ({ mounts: [{ path: '/own', fetch: hang(abort) }] })],
  [
    'a read of the store of responses',
    '/v1/responses',
    { model: 'm', input: 'hi', previous_response_id: `resp_${'a'.repeat(32)}` },
    (abort) => ({ responses: { records: { ...memoryRecords(), get: hang(abort) } } }),
  ],
  [
    'a write to the store of responses',
    '/v1/responses',
    { model: 'm', input: 'hi' },
    (abort) => ({ responses: { records: { ...memoryRecords(), write: hang(abort) } } }),
  ],
])(
  'a client that disconnects during %s ends the request and releases its slot',
  async (_, path, body, options) => {
    stopTimers();
    const abortController = new AbortController();
    const abort = (): void => {
      abortController.abort();
    };
    const errors: unknown[] = [];
    const statuses: number[] = [];
    const gateway = createGateway({
      majordomo: createMajordomo({
        providers: [fakeProvider({ id: 'a', models: { x: ['hello', 'hello'] } })],
        resolvers: [hang(abort)],
      }),
      models: { m: 'a/x', resolved: 'name' },
      anySpec: true,
      authorize: () => ({}),
      onError: (error) => errors.push(error),
      onRequest: ({ status }) => statuses.push(status),
      maxConcurrent: 1,
      ...options(abort),
    });
    const endless = new ReadableStream({ pull: abort }, { highWaterMark: 0 });
    const { signal } = abortController;
    const response = await postTo(gateway, path, body === 'endless' ? endless : body, { signal });
    expect([response.status, statuses, errors]).toEqual([499, [499], []]);
    gateway.update({ authorize: () => ({}) });
    expect((await postTo(gateway, '/v1/chat/completions', CHAT)).status).toBe(200);
  },
);
