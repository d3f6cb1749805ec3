import { createMajordomo, type Majordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts';

function setUp(options: Partial<GatewayOptions> = {}): {
  readonly gateway: Gateway;
  readonly majordomo: Majordomo;
  readonly send: (path: string) => Promise<unknown>;
} {
  const providers = ['a', 'b'].map((id) => fakeProvider({ id, models: { x: ['hi'] } }));
  const majordomo = createMajordomo({ providers });
  const gateway = createGateway({ majordomo, models: { m: 'a/x', n: 'b/x' }, ...options });
  const send = async (path: string): Promise<unknown> => {
    const response = await gateway.fetch(new Request(`http://gateway.test${path}`));
    return [response.status, await response.json(), response.headers.get('retry-after')];
  };
  return { gateway, majordomo, send };
}

const READY = [200, { status: 'ready' }, null];
const UNAVAILABLE = [503, { status: 'no model is available' }, '5'];

it('/health responds with 200, also while the gateway closes', async () => {
  const { gateway, send } = setUp();
  gateway.drain();
  expect(await send('/health')).toEqual([200, { status: 'alive' }, null]);
});

describe('/ready', () => {
  it.each<[string, Partial<GatewayOptions>, unknown]>([
    ['ready with models', {}, READY],
    ['ready without models if each spec is served', { models: {}, anySpec: true }, READY],
    ['unavailable without models', { models: {} }, UNAVAILABLE],
    ['unavailable without a known target', { models: { m: 'c/x' }, anySpec: true }, UNAVAILABLE],
    ['ready if one model has a target', { models: { m: 'c/x', n: 'a/x' } }, READY],
    ['ready if all checks pass', { checks: { db: () => Promise.resolve(false) } }, READY],
    [
      'unavailable if a check fails',
      { checks: { db: () => Promise.reject(new Error('secret')), disk: () => Promise.resolve() } },
      [503, { status: 'checks failed', failed: ['db'] }, '5'],
    ],
  ])('is %s', async (_, options, expected) => {
    expect(await setUp(options).send('/ready')).toEqual(expected);
  });

  it('is unavailable while the gateway closes', async () => {
    const { gateway, send } = setUp();
    gateway.drain();
    expect(await send('/ready')).toEqual([503, { status: 'the gateway is closing' }, '5']);
  });

  it.each([
    [['a/x', 'b/x'], UNAVAILABLE],
    [['a/', 'b/'], UNAVAILABLE],
    [['a/', 'b/x'], UNAVAILABLE],
    [['a/x'], READY],
    [['a/y', 'b/y'], READY],
  ])('responds according to the benches %j, and is ready after their release', async (targets, expected) => {
    const { majordomo, send } = setUp();
    for (const target of targets) majordomo.health.bench(target, 60_000);
    expect(await send('/ready')).toEqual(expected);
    for (const target of targets) majordomo.health.bench(target, 0);
    expect(await send('/ready')).toEqual(READY);
  });
});
