import { describeWith, startPgBouncer, startPostgres } from '@majordomo/services';
import { expect, it, onTestFinished } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { clients, KINDS, type Kind } from './support/clients.ts';

/** Starts PgBouncer in front of a database, and returns a client of it. */
async function connect(kind: Kind): Promise<ReturnType<(typeof clients)[Kind]>['client']> {
  const postgres = await startPostgres();
  const bouncer = await startPgBouncer(postgres);
  const { client, close } = clients[kind](bouncer.url);
  onTestFinished(async () => {
    await close();
    await bouncer.stop();
    await postgres.stop();
  });
  return client;
}

const CLAIM = { counter: 'a', amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;

describeWith('pgbouncer', 'PgBouncer in transaction mode', () => {
  it.each(KINDS)('admits exactly the maximum of parallel reservations over %s', async (kind) => {
    const client = await connect(kind);
    const { ledger, records } = postgresStores({ client, timeoutMs: 20_000 });
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    const answers = await Promise.all(
      ids.map(async (id) => ledger.reserve(id, [{ ...CLAIM, max: 10n }], 60_000)),
    );
    expect(answers.filter((refusal) => refusal === undefined)).toHaveLength(10);
    await Promise.all(ids.map((id) => records.write('space', [{ type: 'put', key: id, value: id }])));
    const stored = await Promise.all(ids.map((id) => records.get('space', id)));
    expect(stored.map((record) => record?.value)).toEqual(ids);
  });

  it.each(KINDS)('answers all parallel statements of two schemas over %s', async (kind) => {
    const client = await connect(kind);
    const all = ['one', 'other'].map((schema) => postgresStores({ client, schema, timeoutMs: 20_000 }));
    for (const { ready } of all) await ready();
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    const statements = all.flatMap(({ ledger, records }) => [
      async (id: string) => records.write('space', [{ type: 'put', key: id, value: id }]),
      async (id: string) => ledger.reserve(id, [{ ...CLAIM, max: 1000n }], 60_000),
      async () => ledger.counters(''),
    ]);
    await Promise.all(ids.flatMap((id) => statements.map((run) => run(id))));
    for (const { ledger } of all) expect(await ledger.counters('')).toMatchObject([{ held: 100n }]);
  });
});
