import { setTimeout } from 'node:timers/promises';
import { createMajordomo, user, type Majordomo } from '@majordomo/core';
import { describeWith, startRedis, until } from '@majordomo/services';
import { fakeClock, fakeProvider, seededRandom } from '@majordomo/testing';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, expect, it } from 'vitest';
import { redisStores, type RedisOptions } from '../src/index.ts';
import { onRedis } from './support/stores.ts';

const T = 'a/x';

describeWith('redis', 'shared health', () => {
  const { server } = onRedis();
  const endings: (() => unknown)[] = [];
  let prefixes = 0;
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  const ioredis = (
    url = server().url,
    options: { readonly enableOfflineQueue?: boolean; readonly keyPrefix?: string } = {},
  ): Redis => {
    const client = new Redis(url, options);
    client.on('error', () => undefined);
    endings.push(async () => {
      // After a reconnect, ioredis subscribes again and does not handle the error if the client is disconnected meanwhile.
      if (client.status === 'ready')
        await Promise.race([client.ping(), setTimeout(1000)]).catch(() => undefined);
      client.disconnect();
    });
    return client;
  };
  const nodeRedis = async () => {
    const client = createClient({ url: server().url });
    client.on('error', () => undefined);
    endings.push(() => client.destroy());
    return client.connect();
  };

  /** Creates processes that share health, and records their messages. */
  async function startProcesses(count: number) {
    const prefix = `health ${prefixes++}`;
    const messages: string[] = [];
    const monitor = ioredis();
    await monitor.subscribe(`{${prefix}}:health`);
    monitor.on('message', (_, message: string) => messages.push(message));
    const stores = (clients: Pick<RedisOptions, 'client' | 'subscriber'>) => {
      const healthStores = redisStores({ ...clients, prefix, timeoutMs: 10_000 });
      endings.push(() => healthStores.close());
      return healthStores;
    };
    const join = async (clients?: Pick<RedisOptions, 'client' | 'subscriber'>): Promise<Majordomo> => {
      const majordomo = createMajordomo({ providers: [] });
      await stores(clients ?? { client: ioredis(), subscriber: ioredis() }).shareHealth(majordomo);
      return majordomo;
    };
    const all = await Promise.all(Array.from({ length: count }, () => join()));
    return { all, join, stores, messages, prefix };
  }

  const stateOf = ({ health }: Majordomo): string | undefined => health.snapshot()[T]?.state;
  const leftMs = ({ health }: Majordomo): number => (health.snapshot()[T]?.until ?? 0) - Date.now();

  it('sends one message for a bench and one for its end', async () => {
    const { all, messages } = await startProcesses(3);
    all[0]!.health.bench(T, 60_000);
    await until(() => all.every((one) => stateOf(one) === 'benched'));
    all[1]!.health.unbench(T);
    await until(() => all.every((one) => stateOf(one) === 'healthy'));
    // Other messages would arrive before this one.
    all[2]!.health.bench('a/last', 1000);
    await until(() => messages.at(-1)?.includes('a/last') === true);
    expect(messages).toHaveLength(3);
  });

  it('works between the two client libraries', async () => {
    const { all, join } = await startProcesses(1);
    const other = await join({ client: await nodeRedis(), subscriber: await nodeRedis() });
    all[0]!.health.bench(T, 60_000);
    await until(() => stateOf(other) === 'benched');
    other.health.unbench(T);
    await until(() => stateOf(all[0]!) === 'healthy');
  });

  it('works between clients with different key prefixes', async () => {
    const { join } = await startProcesses(0);
    const client = () => ioredis(server().url, { keyPrefix: 'app:' });
    const pair = () => join({ client: client(), subscriber: client() });
    const [one, other] = [await pair(), await pair()];
    one.health.bench(T, 60_000);
    await until(() => stateOf(other) === 'benched');
  });

  it('continues for others in a process when one of them stops', async () => {
    const { all, stores } = await startProcesses(1);
    const clients = { client: ioredis(), subscriber: ioredis() };
    const both = [1, 2].map(() => createMajordomo({ providers: [] }));
    const stops = await Promise.all(both.map((one) => stores(clients).shareHealth(one)));
    await stops[0]!();
    all[0]!.health.bench(T, 60_000);
    await until(() => stateOf(both[1]!) === 'benched');
    expect(stateOf(both[0]!)).toBeUndefined();
  });

  it('reaches a late subscriber for the rest of a bench and up to half of it', async () => {
    const { all, join } = await startProcesses(1);
    all[0]!.health.bench(T, 60_000);
    await until(async () => stateOf(await join()) === 'benched');
    const late = await join();
    expect(leftMs(late)).toBeGreaterThan(50_000);
    expect(leftMs(late)).toBeLessThanOrEqual(90_000);
  });

  it('delivers missed benches and recoveries after a reconnect', async () => {
    const { all } = await startProcesses(2);
    const operator = ioredis();
    all[0]!.health.bench(T, Infinity);
    await until(() => stateOf(all[1]!) === 'benched');
    await operator.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    all[0]!.health.unbench(T);
    all[0]!.health.bench('a/y', 60_000);
    await until(() => stateOf(all[1]!) === 'healthy');
    await until(() => all[1]!.health.snapshot()['a/y']?.state === 'benched');
  });

  it('ends when it is stopped, and leaves no listener', async () => {
    const clients = [ioredis(), ioredis()] as const;
    await Promise.all(clients.map((one) => one.ping()));
    const listeners = () =>
      clients.map((one) => ['ready', 'message'].map((event) => one.listenerCount(event)));
    const before = listeners();
    const { all, stores } = await startProcesses(1);
    const left = createMajordomo({ providers: [] });
    const stop = await stores({ client: clients[0], subscriber: clients[1] }).shareHealth(left);
    expect(listeners()).not.toEqual(before);
    await stop();
    await stop();
    expect(listeners()).toEqual(before);
    all[0]!.health.bench(T, 60_000);
    left.health.bench('a/y', 60_000);
    await Promise.all(clients.map((one) => one.ping()));
    expect([stateOf(left), all[0]!.health.snapshot()['a/y']]).toEqual([undefined, undefined]);
  });

  it.each([true, false])(
    'starts without Redis, and is shared when Redis is available (offline queue: %s)',
    async (enableOfflineQueue) => {
      const server = await startRedis();
      await server.kill();
      const both = [1, 2].map(() => createMajordomo({ providers: [] }));
      for (const majordomo of both) {
        const [client, subscriber] = [1, 2].map(() => ioredis(server.url, { enableOfflineQueue }));
        await redisStores({ client: client!, subscriber }).shareHealth(majordomo);
      }
      both[0]!.health.bench('a/before', 1000);
      await server.start();
      // The other process may not be subscribed yet.
      await until(() => {
        both[0]!.health.bench(T, 60_000);
        return stateOf(both[1]!) === 'benched';
      });
      await server.stop();
    },
  );

  it('needs a subscriber', async () => {
    const stores = redisStores({ client: ioredis() });
    await expect(stores.shareHealth(createMajordomo({ providers: [] }))).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'subscriber' },
    });
  });

  it.each([
    ['without shared health', false, 50, 50],
    ['with shared health', true, 5, 20],
  ])(
    'limits the requests of ten processes %s to a vendor that is down for a minute',
    async (_, isShared, least, most) => {
      const clock = fakeClock(1_000_000);
      const prefix = `outage ${prefixes++}`;
      const end = clock.now() + 60_000;
      let failingRequests = 0;
      const turn = () => {
        if (clock.now() >= end) return 'yes';
        failingRequests++;
        return { fail: 'server' } as const;
      };
      const turns = Array.from({ length: 700 }, () => turn);
      const all = await Promise.all(
        Array.from({ length: 10 }, async (__, index) => {
          const random = seededRandom(index);
          const healthy = Array.from({ length: 700 }, () => 'yes');
          const providers = [
            fakeProvider({ id: 'a', models: { x: turns }, clock }),
            fakeProvider({ id: 'b', models: { y: healthy }, clock }),
          ];
          const majordomo = createMajordomo({ providers, clock, random });
          if (!isShared) return majordomo;
          const stores = redisStores({
            client: ioredis(),
            subscriber: ioredis(),
            prefix,
            clock,
            timeoutMs: 10_000,
          });
          endings.push(() => stores.close());
          await stores.shareHealth(majordomo);
          return majordomo;
        }),
      );
      // Messages arrive in the order of the subscriptions.
      const monitor = ioredis();
      let [sent, received] = [0, 0];
      await monitor.subscribe(`{${prefix}}:health`);
      monitor.on('message', () => received++);
      for (const { health } of all)
        health.onChange((__, { state }, origin) => {
          if (origin === 'local' && state !== 'probing' && isShared) sent++;
        });
      // Each process makes five calls per second, in turn.
      const generations: Promise<unknown>[] = [];
      while (clock.now() < end + 3000)
        for (const one of all) {
          generations.push(one.model('a/x,b/y').generate({ messages: [user('hi')] }));
          await clock.advance(20);
          await until(() => received >= sent);
        }
      await Promise.all(generations);
      expect(failingRequests).toBeLessThanOrEqual(most);
      expect(failingRequests).toBeGreaterThanOrEqual(least);
    },
    60_000,
  );
});
