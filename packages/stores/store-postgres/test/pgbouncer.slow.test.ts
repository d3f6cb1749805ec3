import { describeWith, startPgBouncer, startPostgres } from '@majordomo/services';
import { expect, it, onTestFinished } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { clients, KINDS } from './support/clients.ts';

describeWith('pgbouncer', 'PgBouncer in transaction mode', () => {
  it.each(KINDS)('admits exactly the maximum of parallel reservations over %s', async (kind) => {
    const postgres = await startPostgres();
    const bouncer = await startPgBouncer(postgres);
    const { client, close } = clients[kind](bouncer.url);
    onTestFinished(async () => {
      await close();
      await bouncer.stop();
      await postgres.stop();
    });
    const { ledger, records } = postgresStores({ client, timeoutMs: 20_000 });
    const claim = { counter: 'a', max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    const answers = await Promise.all(ids.map(async (id) => ledger.reserve(id, [claim], 60_000)));
    expect(answers.filter((refusal) => refusal === undefined)).toHaveLength(10);
    await Promise.all(ids.map((id) => records.write('space', [{ type: 'put', key: id, value: id }])));
    const stored = await Promise.all(ids.map((id) => records.get('space', id)));
    expect(stored.map((record) => record?.value)).toEqual(ids);
  });

  it.each(KINDS)('answers all parallel statements of two schemas over %s', async (kind) => {
    const postgres = await startPostgres();
    const bouncer = await startPgBouncer(postgres);
    const { client, close } = clients[kind](bouncer.url);
    onTestFinished(async () => {
      await close();
      await bouncer.stop();
      await postgres.stop();
    });
    const all = ['one', 'other'].map((schema) => postgresStores({ client, schema, timeoutMs: 20_000 }));
    for (const { ready } of all) await ready();
    const claim = {
      counter: 'a',
      max: 1000n,
      amount: 1n,
      resetsInMs: undefined,
      whenLapsed: 'spent',
    } as const;
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    const statements = all.flatMap(({ ledger, records }) => [
      async (id: string) => records.write('space', [{ type: 'put', key: id, value: id }]),
      async (id: string) => ledger.reserve(id, [claim], 60_000),
      async () => ledger.counters(''),
    ]);
    await Promise.all(ids.flatMap((id) => statements.map((run) => run(id))));
    for (const { ledger } of all) expect(await ledger.counters('')).toMatchObject([{ held: 100n }]);
  });
});
