import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from '../../../../packages/calls/ledger/test/support/fixture.ts';

const limits = [{ name: 'day', max: { usd: '1' }, per: 'day' }] as const;

it('emits one alert for a record that SQLite cannot store, and stores the next record', async () => {
  const clock = fakeClock(NOON);
  const { ledger: store } = sqliteStores(':memory:', { clock });
  const { usage } = reply(1, 1) as { readonly usage: object };
  // Usage that cannot be written as JSON.
  const unstorableTurn = {
    text: 'yes',
    usage: { ...usage, details: { odd: 1n } },
  } as unknown as Turn;
  const { callModel, alerts, ledger } = ledgerFixture(
    [unstorableTurn, reply(1, 1)],
    { limits, store },
    {},
    clock,
  );
  await expect(callModel({ tenant: 'odd' })).rejects.toMatchObject({ kind: 'invalid-request' });
  expect(alerts).toMatchObject([
    { type: 'unrecorded', record: { tenant: 'odd', nanoUsd: '11000' }, error: { kind: 'invalid-request' } },
  ]);
  await callModel({ tenant: 'even' });
  await clock.advance(3_600_000);
  await ledger.flush();
  const tenants = [];
  for await (const { tenant } of ledger.records()) tenants.push(tenant);
  expect(tenants).toEqual(['even']);
  expect((await ledger.state())[0]).toMatchObject({ used: 22_000n, held: 0n });
  expect(alerts).toHaveLength(1);
});

it('adds up usage beyond the largest safe integer in a report', async () => {
  const clock = fakeClock(NOON);
  const { ledger: store } = sqliteStores(':memory:', { clock });
  const most = Number.MAX_SAFE_INTEGER;
  const { callModel, ledger } = ledgerFixture(Array(3).fill(reply(most, most)), { store }, {}, clock);
  for (let call = 0; call < 3; call++) await callModel();
  const [row] = await ledger.report({ by: ['target'] });
  expect(row).toMatchObject({ attempts: 3, input: 3 * most, output: 3 * most });
});
