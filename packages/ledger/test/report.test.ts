import { LlmError } from '@majordomo/core';
import { createLedger } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from './support/fixture.ts';

const DAY = 86_400_000;
describe('a report', () => {
  it('has rows in the order of their keys', async () => {
    const { ask, ledger, clock } = ledgerFixture([reply(1, 1), reply(2, 2), reply(3, 3)]);
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

  it('has rows for days without records if requested', async () => {
    const { ask, ledger, clock } = ledgerFixture([reply(1, 1), reply(1, 1)]);
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
    expect(await createLedger().report({ by: ['day'], empty: true })).toEqual([]);
  });

  it.each([
    [{ by: ['weekday'] }, 'by'],
    [{ by: ['tag'] }, 'tag'],
    [{ by: ['day'], tag: 'feature' }, 'tag'],
    [{ by: ['day'], zone: 'Mars' }, 'zone'],
    [{ by: ['day'], from: new Date('soon') }, 'from'],
    [{ by: ['tenant'], empty: true }, 'empty'],
  ])('rejects %j with the name of the field', async (query, path) => {
    const error = await createLedger()
      .report(query as never)
      .catch((cause: unknown) => cause);
    expect(LlmError.is(error, 'config') && error.details.path).toBe(path);
  });
});
