import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createKeys } from '@majordomo/admin';
import { describeWith, startPostgres } from '@majordomo/services';
import { postgresStores } from '@majordomo/store-postgres';
import { sqliteStores, type SqliteStores } from '@majordomo/store-sqlite';
import pg from 'pg';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { startNamed } from '../../src/start-named.ts';

const IS_SOAK = process.env['SOAK'] !== undefined;
const folder = suiteFolder();

/** Number of rounds of 400 reservations. With SOAK=1, as in the nightly run, twenty. */
const ROUNDS = IS_SOAK ? 20 : 5;

it('admits exactly ten of 400 reservations of four processes under a limit of ten, in several rounds', async () => {
  const path = join(folder, 'parallel.db');
  // All four create the file at the same time.
  const workers = [1, 2, 3, 4].map((me) => startNamed('stores/reserving', path, `${me}`));
  await Promise.all(workers.map(({ line }) => line()));
  for (let round = 0; round < ROUNDS; round++) {
    const order = { reserve: { counter: `round ${round}`, times: 100, max: 10 } };
    const admitted = await Promise.all(workers.map(({ execute }) => execute(order)));
    expect(admitted.reduce((sum, count) => sum + Number(count), 0)).toBe(10);
  }
  await Promise.all(workers.map(({ end }) => end()));
  await using stores = sqliteStores(path);
  const counters = await stores.ledger.counters('round');
  expect(counters.map(({ held }) => held)).toEqual(Array.from({ length: ROUNDS }, () => 10n));
}, 60_000);

it('spends the budget and frees the lane of a killed process after its lease', async () => {
  const path = join(folder, 'holder.db');
  const holder = startNamed('stores/reserving', path, 'holder');
  await holder.line();
  await holder.execute({ hold: { leaseMs: 1500 } });
  await holder.kill();
  await using stores = sqliteStores(path);
  const { ledger } = stores;
  const claim = (counter: string, max: bigint) =>
    ({ counter, max, amount: 5n, resetsInMs: undefined, whenLapsed: 'free' }) as const;
  const reserveLane = () => ledger.reserve('next', [claim('lane', 10n)], 60_000);
  expect(await reserveLane()).toBeDefined();
  while ((await reserveLane()) !== undefined) await setTimeout(20);
  expect(await ledger.reserve('more', [claim('money', 15n)], 60_000)).toMatchObject({
    counter: 'money',
    left: 4n,
  });
  expect(await ledger.settle('holder', [{ counter: 'money', amount: 1n }])).toBe(false);
  // A call that was settled before has spent 5.
  expect(await ledger.counters('money')).toMatchObject([{ used: 6n, held: 0n }]);
}, 60_000);

it('opens the file of a process that was killed while it wrote, with all settled records', async () => {
  for (const round of IS_SOAK ? [1, 2, 3] : [1]) {
    const path = join(folder, `writer-${round}.db`);
    const writer = startNamed('stores/writing', path);
    let last = -1;
    const reading = (async () => {
      for (;;) {
        const line = await writer.line();
        if (line === 'undefined') return;
        last = Number(line);
        if (last === 300 * round) void writer.kill();
      }
    })();
    await reading;
    await using stores = sqliteStores(path);
    const storedIds = new Set<string>();
    for await (const { id } of stores.ledger.records({})) storedIds.add(id);
    const lost = Array.from({ length: last + 1 }, (_, number) => `record ${number}`).filter(
      (id) => !storedIds.has(id),
    );
    expect(lost).toEqual([]);
    const [counter] = await stores.ledger.counters('money');
    // The last record may be settled but not reported yet.
    expect(Number(counter!.used) - (last + 1)).toBeGreaterThanOrEqual(0);
    expect(Number(counter!.used) - (last + 1)).toBeLessThanOrEqual(1);
    const [row] = await stores.ledger.report!({ by: [] });
    expect(row).toMatchObject({
      attempts: storedIds.size,
      calls: storedIds.size,
      nanoUsd: BigInt(storedIds.size),
    });
  }
}, 60_000);

/** Number of processes that share a key. With SOAK=1, as in the nightly run, four. */
const PROCESSES = IS_SOAK ? 4 : 2;

/** Makes 400 calls of a key with a limit of 100 calls in several processes over the same store. */
async function spendKey(place: string, stores: Pick<SqliteStores, 'ledger' | 'records'>): Promise<void> {
  const keys = createKeys({ records: stores.records });
  const { key, secret } = await keys.create({ name: 'a', limits: [{ max: { calls: 100 }, per: 'ever' }] });
  const other = await keys.create({ name: 'b' });
  const workers = Array.from({ length: PROCESSES }, () => startNamed('stores/calling', place));
  await Promise.all(workers.map(({ line }) => line()));
  for (const { send } of workers) send({ secret, times: 400 / PROCESSES });
  const answered = await Promise.all(workers.map(({ line }) => line()));
  expect(answered.reduce((sum, count) => sum + Number(count), 0)).toBe(100);
  workers[0]?.send({ secret: other.secret, times: 3 });
  expect(await workers[0]?.line()).toBe('3');
  await Promise.all(workers.map(({ end }) => end()));
  const counters = await stores.ledger.counters('');
  expect(counters.filter(({ counter }) => counter.includes(key.id))).toMatchObject([
    { used: 100n, held: 0n },
  ]);
}

const SPENT = `admits exactly 100 of 400 calls of ${PROCESSES} processes with one key and a limit of 100`;

it(`${SPENT}, over SQLite`, async () => {
  const path = join(folder, 'calls-of-a-key.db');
  await using stores = sqliteStores(path);
  await spendKey(path, stores);
}, 120_000);

describeWith('postgres', 'over PostgreSQL', () => {
  it(
    SPENT,
    async () => {
      const server = await startPostgres();
      const pool = new pg.Pool({ connectionString: server.url });
      // The server ends the connections of the pool that are still being closed.
      pool.on('error', () => undefined);
      try {
        await using stores = postgresStores({ client: pool, timeoutMs: 60_000 });
        await stores.ready();
        await spendKey(server.url, stores);
      } finally {
        await pool.end();
        await server.stop();
      }
    },
    120_000,
  );
});

it('retains only the flushed entries of the call log after SIGKILL', async () => {
  const path = join(folder, 'call-log.db');
  await using stores = sqliteStores(path);
  const { key, secret } = await createKeys({ records: stores.records }).create({ name: 'a' });
  const worker = startNamed('stores/calling', path);
  await worker.line();
  worker.send({ secret, times: 7, flush: true });
  expect(await worker.line()).toBe('7');
  worker.send({ secret, times: 5 });
  expect(await worker.line()).toBe('5');
  await worker.kill();
  const entries = await stores.calls.page({ limit: 100, key: key.id });
  expect(entries.map(({ outcome, target }) => [outcome, target])).toEqual(
    Array.from({ length: 7 }, () => ['finished', 'own/x']),
  );
}, 120_000);
