import { describe, expect, it } from 'vitest';
import { createLedger, memoryStore, type Alert, type LedgerStore } from '../src/index.ts';
import { PRICED, ledgerFixture, reply } from './support/fixture.ts';

describe('an entry', () => {
  it.each([
    [{ vendor: '', usd: '1' }, 'vendor'],
    [{ vendor: 5, usd: '1' }, 'vendor'],
    [{ vendor: 'mail', usd: 1 }, 'usd'],
    [{ vendor: 'mail', usd: '9223372036.854775808' }, 'usd'],
  ])('%j is rejected with the name of the field', async (entry, path) => {
    await expect(createLedger().book(entry as never)).rejects.toMatchObject({
      kind: 'config',
      details: { path },
    });
  });

  it('with an empty id is rejected with the remedy', async () => {
    await expect(createLedger().book({ vendor: 'mail', usd: '1', id: '' })).rejects.toMatchObject({
      kind: 'config',
      message: 'ledger: book: id: must not be empty; omit it for a random id',
      details: { path: 'id' },
    });
  });

  it('above the maximum names the maximum', async () => {
    await expect(createLedger().book({ vendor: 'mail', usd: '9999999999' })).rejects.toThrow(
      'at most 9223372036.854775807',
    );
  });
});

describe('a booked amount', () => {
  const entry = { vendor: 'mail', usd: '0.25', tenant: 't', tags: { job: 'night' }, id: 'invoice' };

  it('is reported as a record and emits alerts', async () => {
    const limits = [{ name: 'all', max: { usd: '0.25' }, per: 'ever', alertAt: [1] }] as const;
    const { ledger, records, alerts } = ledgerFixture([], { limits });
    await ledger.book(entry);
    await ledger.flush();
    expect(records).toEqual([
      {
        id: 'booked/invoice',
        at: '2026-11-20T12:00:00.000Z',
        call: 'booked/invoice',
        operation: 'booked',
        target: 'mail',
        vendor: 'mail',
        model: undefined,
        name: undefined,
        tenant: 't',
        tags: { job: 'night' },
        outcome: 'finished',
        ms: 0,
        usage: undefined,
        nanoUsd: '250000000',
        basis: 'reported',
        missing: [],
        catalog: PRICED.date,
      },
    ]);
    expect(alerts.map(({ type }) => type)).toEqual(['threshold', 'spent']);
  });

  it('counts on limits of money only, also beyond their maximum', async () => {
    const limits = [
      { name: 'money', max: { usd: '0.1' }, per: 'ever' },
      { name: 'requests', max: { requests: 1 }, per: 'ever' },
      { name: 'others', max: { usd: '1' }, per: 'ever', where: { vendor: ['acme'] } },
    ] as const;
    const { ledger } = ledgerFixture([], { limits });
    await ledger.book(entry);
    await ledger.book({ ...entry, id: 'another' });
    expect((await ledger.state()).map(({ used, held }) => [used, held])).toEqual([
      [500_000_000n, 0n],
      [0n, 0n],
      [0n, 0n],
    ]);
  });

  it('without an id is booked each time', async () => {
    const { ledger, records } = ledgerFixture([]);
    for (let booking = 0; booking < 2; booking++) await ledger.book({ vendor: 'mail', usd: '1' });
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  });
});

it.each(['storeTimeoutMs', 'heldTimeoutMs'])('rejects an infinite %s by name', (path) => {
  expect(() => createLedger({ [path]: Infinity })).toThrow(path);
});

it('alerts again that the store is down after it has answered', async () => {
  const memory = memoryStore();
  let isDown = true;
  const store: LedgerStore = {
    ...memory,
    reserve: (...claims) => {
      if (isDown) throw new Error('no disk');
      return memory.reserve(...claims);
    },
  };
  const alerts: Alert[] = [];
  const limits = [{ name: 'all', max: { requests: 9 }, per: 'ever' }] as const;
  const { ask } = ledgerFixture([reply(1, 1)], { store, limits, onAlert: (alert) => alerts.push(alert) });
  await expect(ask()).rejects.toThrow('no disk');
  await expect(ask()).rejects.toThrow('no disk');
  isDown = false;
  await ask();
  isDown = true;
  await expect(ask()).rejects.toThrow('no disk');
  expect(alerts.filter(({ type }) => type === 'store-down')).toHaveLength(2);
});
