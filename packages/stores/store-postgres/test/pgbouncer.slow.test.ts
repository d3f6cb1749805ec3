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
});
