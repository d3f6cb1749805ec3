import { createMajordomo } from '@majordomo/core';
import { describeWith, startRedisCluster, type RedisCluster, until } from '@majordomo/services';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisStores, type RedisClient } from '../src/index.ts';

const LONG_MS = 120_000;
const claim = { max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
const both = [
  { ...claim, counter: 'a' },
  { ...claim, counter: 'b' },
];

describeWith('redis', 'a cluster of three nodes', () => {
  let cluster: RedisCluster;
  const endings: (() => unknown)[] = [];
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, LONG_MS);
  afterAll(async () => {
    for (const end of endings) await end();
    await cluster.stop();
  });

  const clients: Readonly<Record<string, () => Promise<RedisClient>>> = {
    async ioredis() {
      const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
      client.on('error', () => undefined);
      endings.push(() => client.disconnect());
      return client;
    },
    async 'node-redis'() {
      const client = createCluster({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) });
      client.on('error', () => undefined);
      await client.connect();
      endings.push(() => client.destroy());
      return client;
    },
  };

  it.each(Object.keys(clients))(
    'stores all limits of a prefix in one slot, over %s',
    async (kind) => {
      const client = await clients[kind]!();
      for (const number of [1, 2, 3, 4, 5]) {
        const { ledger } = redisStores({ client, prefix: `${kind} ${number}`, timeoutMs: 10_000 });
        const ids = Array.from({ length: 20 }, (_, at) => `${at}`);
        const refusals = await Promise.all(ids.map(async (id) => ledger.reserve(id, both, 60_000)));
        expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(10);
        // A client that is redirected to another node may change their order.
        const admitted = ids[refusals.indexOf(undefined)] ?? '';
        expect(await ledger.settle(admitted, [{ counter: 'a', amount: 1n }])).toBe(true);
        expect((await ledger.counters('')).map(({ used, held }) => [used, held])).toEqual([
          [1n, 9n],
          [0n, 9n],
        ]);
      }
    },
    LONG_MS,
  );

  it.each(Object.keys(clients))(
    'stores each space of records in one slot, over %s',
    async (kind) => {
      const client = await clients[kind]!();
      const { records } = redisStores({ client, prefix: `records ${kind}`, timeoutMs: 10_000 });
      for (const space of ['', 'a', '{b}', 'c}']) {
        const put = (key: string, label: string) => ({ type: 'put', key, label, value: space }) as const;
        await records.write(space, [put('x', '{1}'), put('y', '2')]);
        expect(await records.counts(space)).toEqual({ '{1}': 1, 2: 1 });
        expect((await records.list(space, { limit: 10 })).map(({ value }) => value)).toEqual([space, space]);
      }
    },
    LONG_MS,
  );

  it.each(Object.keys(clients))(
    'is followed by %s when a slot has moved, with all reservations',
    async (kind) => {
      const client = await clients[kind]!();
      const prefix = `moving ${kind}`;
      const { ledger } = redisStores({ client, prefix, timeoutMs: 10_000 });
      await ledger.reserve('1', both, 60_000);
      const node = new Redis(cluster.nodes[0]!.url);
      endings.push(() => node.disconnect());
      await cluster.move(Number(await node.call('CLUSTER', 'KEYSLOT', `{${prefix}}`)));
      expect(await ledger.reserve('2', both, 60_000)).toBeUndefined();
      expect((await ledger.counters('')).map(({ held }) => held)).toEqual([2n, 2n]);
      expect([await ledger.settle('1', []), await ledger.settle('2', [])]).toEqual([true, true]);
    },
    LONG_MS,
  );

  it.each(Object.keys(clients))(
    'rejects reservations and claims while their slot moves, and keeps all data, over %s',
    async (kind) => {
      const client = await clients[kind]!();
      const prefix = `rejecting ${kind}`;
      const { ledger, records } = redisStores({ client, prefix, timeoutMs: 10_000 });
      const node = new Redis(cluster.nodes[0]!.url);
      endings.push(() => node.disconnect());
      const moving = { kind: 'server', message: expect.stringContaining('moving the slot') };
      const move = async (key: string, during: () => Promise<void>): Promise<void> =>
        cluster.move(Number(await node.call('CLUSTER', 'KEYSLOT', key)), during);

      const full = [{ ...claim, max: 1n, counter: 'a' }];
      await ledger.reserve('1', full, 60_000);
      await move(`{${prefix}}`, async () => {
        await expect(ledger.reserve('2', full, 60_000)).rejects.toMatchObject(moving);
        await expect(ledger.settle('1', [])).rejects.toMatchObject(moving);
      });
      expect(await ledger.reserve('2', full, 60_000)).toMatchObject({ counter: 'a', held: 1n });
      expect(await ledger.settle('1', [])).toBe(true);

      const once = [{ type: 'put', key: 'call', value: '1', version: 0 }] as const;
      expect(await records.write(kind, once)).toHaveLength(1);
      await move(`${prefix}:records:{:${kind}}`, async () => {
        await expect(records.write(kind, once)).rejects.toMatchObject(moving);
        await expect(records.get(kind, 'call')).rejects.toMatchObject(moving);
      });
      expect(await records.write(kind, once)).toBeUndefined();
      expect(await records.get(kind, 'call')).toMatchObject({ value: '1' });
    },
    LONG_MS,
  );

  it.each(Object.keys(clients))(
    'shares health, also changes while a subscriber of one node was disconnected, over %s',
    async (kind) => {
      const join = async () => {
        const subscriber = new Redis(cluster.nodes[1]!.url);
        subscriber.on('error', () => undefined);
        endings.push(() => subscriber.disconnect());
        const majordomo = createMajordomo({ providers: [] });
        const client = await clients[kind]!();
        await redisStores({ client, subscriber, prefix: kind, timeoutMs: 10_000 }).shareHealth(majordomo);
        return { majordomo, subscriber };
      };
      const [one, other] = [await join(), await join()];
      one.majordomo.health.bench('a/x', 60_000);
      const stateOf = (target: string) => other.majordomo.health.snapshot()[target]?.state;
      await until(() => stateOf('a/x') === 'benched');
      other.subscriber.disconnect(true);
      one.majordomo.health.unbench('a/x');
      one.majordomo.health.bench('a/y', 60_000);
      await until(() => stateOf('a/x') === 'healthy' && stateOf('a/y') === 'benched');
    },
    LONG_MS,
  );
});
