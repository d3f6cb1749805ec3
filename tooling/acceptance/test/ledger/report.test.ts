import { LlmError } from '@majordomo/core';
import { memoryStore, createLedger, type LedgerStore } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { describe, expect, it } from 'vitest';
import { NOON, said, world } from '../../src/ledger/world.ts';

const DAY = 86_400_000;
const stores: Readonly<Record<string, () => LedgerStore>> = {
  'in memory': () => memoryStore(),
  'in SQLite': () => sqliteStores(':memory:').ledger,
};

describe.each(Object.entries(stores))('a report %s', (_, create) => {
  it('has rows in the order of their keys', async () => {
    const { ask, ledger, clock } = world([said(1, 1), said(2, 2), said(3, 3)], { store: create() });
    for (const tenant of ['b', 'a', 'b']) {
      await ask({ tenant });
      await clock.advance(DAY);
    }
    const rows = await ledger.report({ by: ['day', 'tenant'] });
    expect(rows.map(({ key, input }) => [key, input])).toEqual([
      [{ day: '2026-11-20', tenant: 'b' }, 1],
      [{ day: '2026-11-21', tenant: 'a' }, 2],
      [{ day: '2026-11-22', tenant: 'b' }, 3],
    ]);
  });

  it('has the days on which nothing was spent, where they are asked for', async () => {
    const { ask, ledger, clock } = world([said(1, 1), said(1, 1)], { store: create() });
    await ask({ tenant: 'a' });
    await clock.advance(2 * DAY);
    await ask({ tenant: 'b' });
    const range = { from: new Date(NOON - DAY), to: new Date(NOON + 2 * DAY + 1), empty: true };
    const days = await ledger.report({ by: ['day'], ...range });
    expect(days.map(({ key, calls }) => [key['day'], calls])).toEqual([
      ['2026-11-19', 0],
      ['2026-11-20', 1],
      ['2026-11-21', 0],
      ['2026-11-22', 1],
    ]);
    const tenants = await ledger.report({ by: ['tenant', 'day'], ...range, zone: 'Pacific/Auckland' });
    expect(tenants).toHaveLength(8);
    expect(tenants[0]?.key).toEqual({ tenant: 'a', day: '2026-11-20' });
    const open = await ledger.report({ by: ['day'], empty: true });
    expect(open.map(({ key }) => key['day'])).toEqual(['2026-11-20', '2026-11-21', '2026-11-22']);
    expect(await createLedger({ store: create() }).report({ by: ['day'], empty: true })).toEqual([]);
  });

  it.each([
    [{ by: ['weekday'] }, 'by'],
    [{ by: ['tag'] }, 'tag'],
    [{ by: ['day'], tag: 'feature' }, 'tag'],
    [{ by: ['day'], zone: 'Mars' }, 'zone'],
    [{ by: ['day'], from: new Date('soon') }, 'from'],
    [{ by: ['tenant'], empty: true }, 'empty'],
  ])('refuses %j, naming the field', async (query, path) => {
    const error = await createLedger({ store: create() })
      .report(query as never)
      .catch((cause: unknown) => cause);
    expect(LlmError.is(error, 'config') && error.details.path).toBe(path);
  });
});
