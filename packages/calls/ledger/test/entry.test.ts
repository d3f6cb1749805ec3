import { describe, expect, it } from 'vitest';
import { createLedger, memoryStore, type Alert, type LedgerStore } from '../src/index.ts';
import { fakeClock } from '@majordomo/testing';
import { NOON, PRICED, ledgerFixture, recordingStore, reply } from './support/fixture.ts';

const DAY_MS = 86_400_000;
const USD_RULE =
  'usd: must be a string with a decimal number of at most 9223372036.854775807 and nine decimals';
const NO_VENDOR = 'vendor: must be a non-empty string, the name of the paid vendor';

describe('an entry', () => {
  it.each([
    [{ vendor: '', usd: '1' }, 'vendor', NO_VENDOR],
    [{ vendor: 5, usd: '1' }, 'vendor', NO_VENDOR],
    [{ vendor: 'mail', usd: 1 }, 'usd', `${USD_RULE}, such as '0.0125', not 1`],
    [{ vendor: 'mail', usd: '1,5' }, 'usd', `${USD_RULE}, such as '0.0125', not "1,5"`],
    [
      { vendor: 'mail', usd: '9223372036.854775808' },
      'usd',
      `${USD_RULE}, such as '0.0125', not "9223372036.854775808"`,
    ],
  ])('%j is rejected with the name of the field and the remedy', async (entry, path, problem) => {
    await expect(createLedger().book(entry as never)).rejects.toMatchObject({
      kind: 'config',
      message: `ledger: book: ${problem}`,
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

  it('without an id is booked each time, and reads no records', async () => {
    const clock = fakeClock(NOON);
    const { store, calls } = recordingStore(clock);
    const { ledger, records } = ledgerFixture([], { store }, {}, clock);
    for (let booking = 0; booking < 2; booking++) await ledger.book({ vendor: 'mail', usd: '1' });
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
    expect(calls).toEqual(records.map(({ id }) => `append ${id}`));
  });

  it('is reserved for a day under its id, and only if a limit counts it', async () => {
    const clock = fakeClock(NOON);
    const { store, calls, leases } = recordingStore(clock);
    const requests = { name: 'requests', max: { requests: 1 }, per: 'ever' } as const;
    const { ledger } = ledgerFixture([], { store, onAlert: undefined, limits: [requests] }, {}, clock);
    await ledger.book({ ...entry, id: 'uncounted' });
    ledger.setLimit({ name: 'money', max: { usd: '1' }, per: 'ever' });
    await ledger.book(entry);
    expect(calls).toEqual([
      'records booked/uncounted',
      'append booked/uncounted',
      'records booked/invoice',
      'reserve booked/invoice',
      'settle booked/invoice',
      'append booked/invoice',
    ]);
    expect(leases).toEqual([DAY_MS]);
  });

  it('with an id is counted once, also after the store has deleted the reservation', async () => {
    const limits = [{ name: 'money', max: { usd: '1' }, per: 'ever' }] as const;
    const { ledger, records, clock } = ledgerFixture([], { limits });
    await ledger.book(entry);
    await clock.advance(2 * DAY_MS);
    await ledger.book(entry);
    expect([records.length, (await ledger.state())[0]?.used]).toEqual([1, 250_000_000n]);
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
  const { callModel } = ledgerFixture([reply(1, 1)], {
    store,
    limits,
    onAlert: (alert) => alerts.push(alert),
  });
  await expect(callModel()).rejects.toThrow('no disk');
  await expect(callModel()).rejects.toThrow('no disk');
  isDown = false;
  await callModel();
  isDown = true;
  await expect(callModel()).rejects.toThrow('no disk');
  expect(alerts.filter(({ type }) => type === 'store-down')).toHaveLength(2);
});
