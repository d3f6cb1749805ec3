import { LlmError } from '@majordomo/core';
import { createLedger, memoryStore, type ReportQuery } from '../src/index.ts';
import { emptyRow } from '../src/report/sum-records.ts';
import { describe, expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from './support/fixture.ts';

const DAY = 86_400_000;
describe('a report', () => {
  it('has rows in the order of their keys', async () => {
    const { callModel, ledger, clock } = ledgerFixture([reply(1, 1), reply(2, 2), reply(3, 3)]);
    for (const tenant of ['b', 'a', 'b']) {
      await callModel({ tenant });
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
    const { callModel, ledger, clock } = ledgerFixture([reply(1, 1), reply(1, 1)]);
    await callModel({ tenant: 'a' });
    await clock.advance(2 * DAY);
    await callModel({ tenant: 'b' });
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
    ['hour', 'UTC', ['2026-11-20T12', '2026-11-20T13', '2026-11-20T14']],
    ['hour', 'Asia/Kathmandu', ['2026-11-20T17', '2026-11-20T18', '2026-11-20T19']],
    ['month', 'UTC', ['2026-11']],
    ['day', 'Pacific/Auckland', ['2026-11-21']],
    ['day', 'America/New_York', ['2026-11-20']],
    ['day', 'Pacific/Kiritimati', ['2026-11-21']],
    ['day', 'Etc/GMT+12', ['2026-11-20']],
    ['hour', 'Etc/GMT+12', ['2026-11-20T00', '2026-11-20T01', '2026-11-20T02']],
    ['hour', 'Pacific/Kiritimati', ['2026-11-21T02', '2026-11-21T03', '2026-11-21T04']],
    ['month', 'America/New_York', ['2026-11']],
  ])('by %s in %s has rows for all labels between its records', async (by, zone, labels) => {
    const { callModel, ledger, clock } = ledgerFixture([reply(1, 1), reply(1, 1)]);
    await clock.advance(10 * 60_000);
    await callModel();
    await clock.advance(2.5 * 3_600_000 - 30 * 60_000);
    await callModel();
    const rows = await ledger.report({ by: [by as 'hour'], zone, empty: true });
    expect(rows.map(({ key }) => key[by])).toEqual(labels);
  });

  it('has rows for months without records between those with records', async () => {
    const { callModel, ledger, clock } = ledgerFixture([reply(1, 1), reply(1, 1)]);
    await callModel();
    await clock.advance(70 * DAY);
    await callModel();
    const rows = await ledger.report({ by: ['month', 'tenant'], empty: true });
    expect(rows.map(({ key, attempts }) => [key['month'], attempts])).toEqual([
      ['2026-11', 1],
      ['2026-12', 0],
      ['2027-01', 1],
    ]);
  });

  it('with other dimensions has empty rows for their values only', async () => {
    const { ledger } = ledgerFixture([]);
    const range = { from: new Date(NOON), to: new Date(NOON + 1), empty: true };
    expect(await ledger.report({ by: ['day', 'tenant'], ...range })).toEqual([]);
    expect((await ledger.report({ by: ['day', 'hour'], ...range })).map(({ key }) => key)).toEqual([
      { day: '2026-11-20', hour: '2026-11-20T12' },
    ]);
  });

  it('is computed by the store if it can, and has the order of its keys and empty rows all the same', async () => {
    const memory = memoryStore();
    const queries: unknown[] = [];
    const row = { ...emptyRow({ day: '2026-11-21' }), calls: 1 };
    const store = {
      ...memory,
      report: (query: ReportQuery) => {
        queries.push(query);
        return Promise.resolve([row, { ...row, key: { day: '2026-11-19' } }]);
      },
    };
    const rows = await createLedger({ store }).report({ by: ['day'], empty: true });
    expect(rows.map(({ key, calls }) => [key['day'], calls])).toEqual([
      ['2026-11-19', 1],
      ['2026-11-20', 0],
      ['2026-11-21', 1],
    ]);
    expect(queries).toEqual([{ by: ['day'] }]);
  });

  it('has empty values for dimensions that the rows of the store lack', async () => {
    const row = { ...emptyRow({ day: '2026-11-19' }), calls: 1 };
    const store = {
      ...memoryStore(),
      report: () => Promise.resolve([row, { ...row, key: { day: '2026-11-21' } }]),
    };
    const rows = await createLedger({ store }).report({ by: ['day', 'tenant'], empty: true });
    expect(rows.filter(({ calls }) => calls === 0).map(({ key }) => key)).toEqual([
      { day: '2026-11-20', tenant: '' },
    ]);
  });

  it('is sorted by one dimension after the other', async () => {
    const keys = [
      { tenant: 'a!', vendor: 'b' },
      { tenant: 'a', vendor: 'z' },
      { tenant: 'a', vendor: 'y' },
    ];
    const store = { ...memoryStore(), report: async () => keys.map((key) => emptyRow(key)) };
    const rows = await createLedger({ store }).report({ by: ['tenant', 'vendor'] });
    expect(rows.map(({ key }) => key)).toEqual(keys.toReversed());
  });

  it.each([
    ['12:14', '12:16', ['2026-11-20T17', '2026-11-20T18']],
    ['12:14', '12:15', ['2026-11-20T17']],
    ['12:15', '12:16', ['2026-11-20T18']],
  ])('from %s to %s has all hours of a zone whose hours begin at a quarter', async (from, to, hours) => {
    const time = (clock: string): Date => new Date(`2026-11-20T${clock}:00Z`);
    const record = { ...emptyRow({ hour: '2026-11-01T00', tenant: 't' }), calls: 1 };
    const store = { ...memoryStore(), report: async () => [record] };
    const rows = await createLedger({ store }).report({
      by: ['hour', 'tenant'],
      zone: 'Asia/Kathmandu',
      from: time(from),
      to: time(to),
      empty: true,
    });
    expect(rows.slice(1).map(({ key }) => key['hour'])).toEqual(hours);
  });

  it.each([
    [{}, { tenant: '!' }],
    [{ tenant: '!' }, {}],
  ])('begins with the rows that lack a dimension: %j, %j', async (...keys) => {
    const store = { ...memoryStore(), report: async () => keys.map((key) => emptyRow(key)) };
    const rows = await createLedger({ store }).report({ by: ['tenant'] });
    expect(rows.map(({ key }) => key)).toEqual([{}, { tenant: '!' }]);
  });

  it.each([
    [
      { by: ['weekday'] },
      'report: by: unknown dimension "weekday"; use hour, day, month, tenant, vendor, provider, model, target, name, outcome, tag',
    ],
    [{ by: ['tag'] }, "report: tag: must be the name of a tag, set together with `by: ['tag']`"],
    [{ by: ['day'], to: new Date('soon') }, 'report: to: must be a valid date'],
    [{ by: ['tenant'], empty: true }, 'report: empty: must be combined with day, hour or month in `by`'],
    [
      { by: ['day'], zone: 'Mars' },
      "report: zone: 'Mars' is not a known time zone; use an IANA name such as 'Europe/Berlin'",
    ],
  ])('of %j is rejected with the problem and the remedy', async (query, message) => {
    await expect(createLedger().report(query as never)).rejects.toMatchObject({ kind: 'config', message });
  });

  it('accepts each dimension', async () => {
    const keys = ['hour', 'day', 'month', 'tenant', 'vendor', 'provider', 'model', 'target'] as const;
    for (const key of [...keys, 'name', 'outcome'] as const)
      expect(await createLedger().report({ by: [key] })).toEqual([]);
    expect(await createLedger().report({ by: ['tag'], tag: 'team' })).toEqual([]);
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
