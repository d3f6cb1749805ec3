import { describeWith } from '@majordomo/services';
import { describe, expect, it } from 'vitest';
import { postgresStores, type PostgresOptions } from '../src/index.ts';
import { clients, KINDS } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'postgresStores', () => {
  const { client, stores, url } = onPostgres();

  it.each([
    [{ client: {} }, 'client'],
    [{ client: undefined as never }, 'client'],
    [{ schema: '' }, 'schema'],
    [{ schema: 'Big' }, 'schema'],
    [{ schema: 'a"b' }, 'schema'],
    [{ schema: 'a'.repeat(41) }, 'schema'],
    [{ migrate: 'no' as never }, 'migrate'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: Infinity }, 'timeoutMs'],
    [{ keepRecordsMs: 1 }, 'keepRecordsMs'],
  ] satisfies [Partial<PostgresOptions>, string][])(
    'rejects %j with the name of the option',
    (options, path) => {
      expect(() => postgresStores({ client: client().client, ...options })).toThrow(
        expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
      );
    },
  );

  describe.each(KINDS)('over %s', (kind) => {
    it('rejects an empty schema without migration and names the option', async () => {
      const { records, ready } = stores({ migrate: false }, kind);
      const refusal = { kind: 'config', details: { path: 'migrate' } };
      await expect(ready()).rejects.toMatchObject(refusal);
      await expect(records.get('space', 'key')).rejects.toMatchObject(refusal);
    });

    it.each(['SQL_ASCII', 'LATIN1'])(
      'rejects a database with the encoding %s and names UTF8',
      async (encoding) => {
        const name = `${encoding}_${kind}`.toLowerCase();
        await client(kind).query(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0`);
        const address = new URL(url());
        address.pathname = name;
        const other = clients[kind](address.href);
        const { records, ready } = postgresStores({ client: other.client, timeoutMs: 20_000 });
        const refusal = {
          kind: 'config',
          message: expect.stringMatching(`is ${encoding}, but this package needs UTF8`),
          details: { path: 'client' },
        };
        await expect(ready()).rejects.toMatchObject(refusal);
        await expect(records.get('space', 'key')).rejects.toMatchObject(refusal);
        await other.close();
      },
    );

    it.each(['repeatable read', 'serializable'])(
      'rejects a client with the isolation level %s and names read committed',
      async (level) => {
        const role = `${level.replace(' ', '_')}_${kind}`;
        await client(kind).query(
          `CREATE ROLE ${role} LOGIN SUPERUSER; ALTER ROLE ${role} SET default_transaction_isolation = '${level}'`,
        );
        const address = new URL(url());
        address.username = role;
        const other = clients[kind](address.href);
        const { records, ready } = postgresStores({ client: other.client, timeoutMs: 20_000 });
        const refusal = {
          kind: 'config',
          message: expect.stringMatching(`is ${level}, but this package needs read committed`),
          details: { path: 'client' },
        };
        await expect(ready()).rejects.toMatchObject(refusal);
        await expect(records.get('space', 'key')).rejects.toMatchObject(refusal);
        await other.close();
        await client(kind).query(`DROP ROLE ${role}`);
      },
    );

    it('uses existing tables without migration', async () => {
      const schema = `existing_${kind}`;
      await stores({ schema }, kind).records.write('space', [{ type: 'put', key: 'key', value: '1' }]);
      expect(await stores({ schema, migrate: false }, kind).records.get('space', 'key')).toMatchObject({
        value: '1',
      });
    });

    it('separates two schemas of one database', async () => {
      const [one, other] = [stores({}, kind), stores({}, kind)];
      await one.records.write('space', [{ type: 'put', key: 'key', value: '1' }]);
      expect(await other.records.get('space', 'key')).toBeUndefined();
    });

    it('migrates a schema once if several stores open it at the same time', async () => {
      const schema = `together_${kind}`;
      const all = Array.from({ length: 6 }, () => stores({ schema }, kind));
      await Promise.all(all.map(({ ready }) => ready()));
      expect(await client(kind).query(`SELECT count(*)::text FROM ${schema}.meta`)).toEqual([{ count: '1' }]);
      await Promise.all(
        all.map(({ records }, n) => records.write('space', [{ type: 'put', key: `${n}`, value: '1' }])),
      );
      const { records } = stores({ schema, migrate: false }, kind);
      expect(await records.counts('space')).toEqual({ '': 6 });
    });

    it('waits for tables longer than for a statement', async () => {
      const schema = `slow_${kind}`;
      const { query } = client(kind);
      // Tables of a schema are created by one process at a time. `postgres` sends a query when it is awaited.
      const held = Promise.resolve(
        query(`SELECT pg_advisory_xact_lock(hashtext('majordomo ${schema}')), pg_sleep(0.8)`),
      );
      const locks = `SELECT count(*)::text FROM pg_locks JOIN pg_database ON oid = database
        WHERE locktype = 'advisory' AND granted AND datname = current_database()`;
      await expect.poll(() => query(locks)).toEqual([{ count: '1' }]);
      await expect(stores({ schema, timeoutMs: 500 }, kind).ready()).resolves.toBeUndefined();
      await held;
    });

    it('rejects a schema of a newer version and leaves it unchanged', async () => {
      const schema = `newer_${kind}`;
      await stores({ schema }, kind).ready();
      await client(kind).query(`UPDATE ${schema}.meta SET version = 99`);
      await expect(stores({ schema }, kind).ready()).rejects.toMatchObject({
        kind: 'config',
        details: { path: 'schema' },
      });
      const rows = await client(kind).query(`SELECT version::text FROM ${schema}.meta`);
      expect(rows).toEqual([{ version: '99' }]);
    });

    it('stores strings with any character', async () => {
      const { ledger } = stores({}, kind);
      const names = ['\0', 'a\0b', '\uD800', 'x\uDC00', '\\u0000', '😀'];
      for (const counter of names)
        await ledger.reserve(
          counter,
          [{ counter, max: 2n ** 63n - 1n, amount: 1n, resetsInMs: undefined, whenLapsed: 'free' }],
          60_000,
        );
      const counters = await ledger.counters('');
      expect(counters.map(({ counter }) => counter).toSorted()).toEqual(names.toSorted());
    });
  });
});
