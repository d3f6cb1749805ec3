import type { LedgerStore } from '@majordomo/ledger';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { laneAttempt } from '@majordomo/services/features';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { clients, KINDS, type Kind } from './support/clients.ts';

const LEASE_MS = 600_000;
const claim = (amount: bigint, whenLapsed: 'spent' | 'free' = 'spent') =>
  [{ counter: 'a', max: 100n, amount, resetsInMs: undefined, whenLapsed }] as const;

describeWith('postgres', 'an outage of PostgreSQL', () => {
  let server: Postgres;
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  async function running(kind: Kind, timeoutMs: number) {
    const schema = `outage_${schemas++}`;
    const { client, query, close } = clients[kind](server.url);
    onTestFinished(async () => {
      server.resume();
      await close();
    });
    const patient = postgresStores({ client, schema, timeoutMs: 20_000 });
    await patient.ready();
    const stores = postgresStores({ client, schema, timeoutMs });
    // On a busy machine a short timeout may be exceeded once.
    await expect.poll(() => stores.ready().then(() => 'ready')).toBe('ready');
    return { schema, stores, patient, query };
  }

  const amountsOf = async (ledger: LedgerStore) => {
    const [counter] = await ledger.counters('a');
    return [counter?.used, counter?.held];
  };

  describe.each(KINDS)('over %s', (kind) => {
    it('loses no settled amount, and the same stores continue after a restart', async () => {
      const { patient } = await running(kind, 20_000);
      const { ledger } = patient;
      for (let number = 0; number < 20; number++) {
        await ledger.reserve(`${number}`, claim(2n), LEASE_MS);
        await ledger.settle(`${number}`, [{ counter: 'a', amount: 1n }]);
      }
      await server.kill();
      // The server ends the processes of its connections shortly after itself.
      const failure = () => patient.records.get('space', 'key').catch((error: unknown) => error);
      await expect.poll(failure).toMatchObject({ kind: 'network' });
      expect(await patient.lanes({ name: 'gpu', most: 1, whenDown: 'deny' }).admit(laneAttempt())).toEqual({
        deny: 'PostgreSQL does not answer',
        retryAfterMs: 1000,
      });
      await server.start();
      await expect.poll(() => amountsOf(ledger).catch(() => [])).toEqual([20n, 0n]);
      await expect
        .poll(async () => ledger.reserve('later', claim(1n), LEASE_MS), { timeout: 20_000 })
        .toBeUndefined();
    }, 60_000);

    it('ends each method within the timeout and releases late reservations of lanes', async () => {
      const { schema, stores, patient, query } = await running(kind, 300);
      const { ledger } = stores;
      server.pause();
      const methods: PromiseLike<unknown>[] = [];
      // Two statements are sent. The third reservation waits for them and is never sent.
      for (const [id, whenLapsed] of [
        ['1', 'free'],
        ['2', 'spent'],
        ['3', 'free'],
      ] as const) {
        methods.push(Promise.resolve(ledger.reserve(id, claim(1n, whenLapsed), LEASE_MS)));
        await setImmediate();
      }
      methods.push(ledger.counters(''), stores.ready());
      const failures = await Promise.all(
        methods.map((method) => Promise.resolve(method).catch((error: unknown) => error)),
      );
      for (const failure of failures) expect(failure).toMatchObject({ kind: 'network' });
      // Until the next test of the connection, methods fail without sending a statement.
      await expect(ledger.renew('1', LEASE_MS)).rejects.toMatchObject({ kind: 'network' });
      server.resume();
      // Two were sent. The ledger releases its own.
      const states = () => query(`SELECT id, state FROM ${schema}.reservations ORDER BY id`);
      await expect.poll(states).toEqual([
        { id: '1', state: 'settled' },
        { id: '2', state: 'held' },
      ]);
      expect(await amountsOf(patient.ledger)).toEqual([0n, 1n]);
    }, 60_000);
  });
});
