/**
 * `node tooling/acceptance/soak/shards.ts`: measures the effect of separate counters per tenant, in a Redis cluster of three
 * nodes and in Durable Objects. Writes the tables of apps/docs/stores.md. Takes three minutes; `TENANTS=48
 * PAIRS=100`.
 */
import { loadavg } from 'node:os';
import { startMiniflare, startRedisCluster, type Redis as Node } from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { Cluster, Redis } from 'ioredis';
import { bundled } from '../src/workers/bundled.ts';

const { TENANTS = '48', PAIRS = '100' } = process.env;
const [tenants, pairs] = [Number(TENANTS), Number(PAIRS)];
const ROUNDS = 5;
const SHARDS = 12;

const row = (...cells: readonly (string | number)[]): void => {
  console.log(`| ${cells.join(' | ')} |`);
};
const head = (...cells: readonly string[]): void => {
  row(...cells);
  row(...cells.map(() => '---'));
};
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const count = (value: number): string => Math.round(value).toLocaleString('en');

/** Returns reservations and settlements per second, as the median of several rounds. */
async function rateOf(all: number, run: () => Promise<unknown>): Promise<number> {
  const rates: number[] = [];
  await run();
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    await run();
    rates.push((all * 1000) / (performance.now() - begin));
  }
  return middle(rates);
}

console.log(`${tenants} tenants at a time, load ${loadavg()[0]?.toFixed(1)} of this machine\n`);
await inRedis();
console.log();
await inObjects();

async function inRedis(): Promise<void> {
  await using cluster = await startRedisCluster();
  const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  head('Redis of three nodes', 'pairs a second', 'of the scripts ran on the busiest node');
  const prefixes: Readonly<Record<string, (tenant: number) => string>> = {
    'one prefix': () => 'all',
    [`${SHARDS} prefixes`]: (tenant) => `shard ${tenant % SHARDS}`,
    'a prefix for each tenant': (tenant) => `tenant ${tenant}`,
  };
  for (const [name, prefixOf] of Object.entries(prefixes)) {
    const before = await Promise.all(cluster.nodes.map(scriptsOf));
    const rate = await rateOf(tenants * pairs, () =>
      Promise.all(Array.from({ length: tenants }, (_, tenant) => booked(client, prefixOf(tenant), tenant))),
    );
    const after = await Promise.all(cluster.nodes.map(scriptsOf));
    const ran = after.map((scripts, node) => scripts - (before[node] ?? 0));
    const share = Math.max(...ran) / ran.reduce((sum, scripts) => sum + scripts, 0);
    row(name, count(rate), `${Math.round(share * 100)} %`);
  }
  client.disconnect();
}

async function booked(client: Cluster, prefix: string, tenant: number): Promise<void> {
  const { ledger } = redisStores({ client, prefix, timeoutMs: 10_000 });
  const counter = `${tenant} month`;
  const claim = { counter, max: 10n ** 12n, amount: 1n, resetsInMs: 3_600_000, whenLapsed: 'spent' } as const;
  for (let n = 0; n < pairs; n++) {
    const id = crypto.randomUUID();
    await ledger.reserve(id, [claim], 30_000);
    await ledger.settle(id, [{ counter, amount: 1n }]);
  }
}

async function scriptsOf({ url }: Node): Promise<number> {
  const client = new Redis(url);
  const commandStats = await client.info('commandstats');
  client.disconnect();
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(commandStats)?.[1] ?? 0);
}

async function inObjects(): Promise<void> {
  const script = await bundled('shards');
  const runtime = await startMiniflare({ script, objects: { LEDGER: 'LedgerObject' } });
  const url = await runtime.ready;
  head('Durable Objects, in one local process', 'pairs a second');
  for (const [name, shard] of [
    ['one for all', {}],
    ['one for each tenant', { shard: 'tenant' }],
  ] as const) {
    const query = new URLSearchParams({ ...shard, tenants: TENANTS, pairs: PAIRS });
    const rate = await rateOf(tenants * pairs, async () => {
      const answer = await fetch(new URL(`?${String(query)}`, url));
      if (!answer.ok) throw new Error(await answer.text());
    });
    row(name, count(rate));
  }
  await runtime.dispose();
}
