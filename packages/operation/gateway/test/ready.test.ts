import { createMajordomo, type Majordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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
    [
      'unavailable if a check throws',
      {
        checks: {
          db: () => {
            throw new Error('secret');
          },
        },
      },
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

  it('runs the checks and resolvers once for all requests of a second', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const runs = { checks: 0, resolvers: 0 };
    let isDown = true;
    const { majordomo, send } = setUp({
      models: { m: 'named' },
      checks: {
        async db() {
          runs.checks++;
          await Promise.resolve();
          if (isDown) throw new Error('down');
        },
      },
    });
    majordomo.resolver(() => {
      runs.resolvers++;
      return 'a/x';
    });
    const failed = [503, { status: 'checks failed', failed: ['db'] }, '5'];
    const sendTen = (): Promise<unknown> => Promise.all(Array.from({ length: 10 }, () => send('/ready')));
    expect(await sendTen()).toEqual(Array.from({ length: 10 }, () => failed));
    isDown = false;
    vi.advanceTimersByTime(999);
    expect([await send('/ready'), runs]).toEqual([failed, { checks: 1, resolvers: 1 }]);
    vi.advanceTimersByTime(1);
    expect(await sendTen()).toEqual(Array.from({ length: 10 }, () => READY));
    expect(runs).toEqual({ checks: 2, resolvers: 2 });
  });

  it('runs the checks again after an update', async () => {
    let runs = 0;
    const count = (): Promise<number> => Promise.resolve(runs++);
    const { gateway, send } = setUp({ checks: { count } });
    await send('/ready');
    gateway.update({ checks: { count } });
    expect([await send('/ready'), runs]).toEqual([READY, 2]);
  });
});
