import { memoryRecords } from '@majordomo/records';
import { catalog as shipped } from '@majordomo/catalog';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const neverSettles = (): Promise<never> => new Promise(() => undefined);

/** Waits until pending promises have settled. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sends a request, and returns the response after two seconds. Throws if a response arrives before. */
async function send(options: Partial<GatewayOptions>, method: string, path: string, body?: object) {
  const errors: unknown[] = [];
  const gateway = createGateway({
    majordomo: createMajordomo({
      providers: [fakeProvider({ id: 'a', vendor: 'a', models: { x: ['hello'] } })],
    }),
    models: { m: 'a/x' },
    authorize: () => ({}),
    onError: (error) => errors.push(error),
    ...options,
  });
  let response: Response | undefined;
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  void gateway.fetch(new Request(`http://gateway.test${path}`, init)).then((value) => (response = value));
  while (vi.getTimerCount() === 0) await settlePromises();
  vi.advanceTimersByTime(1999);
  await settlePromises();
  expect(response).toBeUndefined();
  // A result that arrived while the process was blocked has one more turn.
  vi.advanceTimersByTime(2);
  await settlePromises();
  const value: unknown = await response?.json();
  return { status: response?.status, body: value, errors };
}

it('a readiness check that hangs fails after two seconds', async () => {
  const checks = { db: neverSettles, disk: () => Promise.resolve() };
  const { status, body, errors } = await send({ checks }, 'GET', '/ready');
  expect([status, body]).toEqual([503, { status: 'checks failed', failed: ['db'] }]);
  expect(errors).toHaveLength(1);
});

it('a resolver that hangs makes the gateway not ready after two seconds', async () => {
  const majordomo = createMajordomo({ providers: [], resolvers: [neverSettles] });
  const { status, body } = await send({ majordomo, models: { m: 'name' } }, 'GET', '/ready');
  expect([status, body]).toEqual([503, { status: 'no model is available' }]);
});

it('a catalog that hangs delays a response by at most two seconds', async () => {
  const catalog = { ...shipped, find: neverSettles };
  const chat = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
  const { status, body } = await send({ catalog }, 'POST', '/v1/chat/completions', chat);
  expect(status).toBe(200);
  expect(body).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
});

describe('a store of responses that hangs', () => {
  it('results in 503 after two seconds of a read', async () => {
    const responses = { records: { ...memoryRecords(), get: neverSettles } };
    const path = `/v1/responses/resp_${'a'.repeat(32)}`;
    const { status, body } = await send({ responses }, 'GET', path);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      error: {
        message: 'the gateway cannot read stored responses at the moment; retry later',
        code: 'unavailable',
      },
    });
  });

  it('delays a response by at most two seconds, and the response is not stored', async () => {
    const responses = { records: { ...memoryRecords(), write: neverSettles } };
    const { status, body, errors } = await send({ responses }, 'POST', '/v1/responses', {
      model: 'm',
      input: 'hi',
    });
    expect([status, errors.length]).toEqual([200, 1]);
    expect(body).toMatchObject({ status: 'completed', store: false });
  });
});
