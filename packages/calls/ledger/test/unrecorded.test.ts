import { user } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { memoryStore, type LedgerStore, type SpendRecord } from '../src/index.ts';
import { NOON, ledgerFixture, reply } from './support/fixture.ts';

const limits = [{ name: 'day', max: { usd: '1' }, per: 'day' }] as const;
const MINUTE = 60_000;

/** Store that rejects the records of the tenant `odd`. */
function rejectingStore(store: LedgerStore) {
  let attemptCount = 0;
  const append = async (record: SpendRecord): Promise<void> => {
    if (record.tenant === 'odd') {
      attemptCount++;
      throw new Error('check constraint "c"');
    }
    await store.append(record);
  };
  return { store: { ...store, append }, attemptCount: () => attemptCount };
}

function setUp() {
  const clock = fakeClock(NOON);
  const { store, attemptCount } = rejectingStore(memoryStore({ clock }));
  const turns = Array.from({ length: 100 }, () => reply(1, 1));
  const { majordomo, ledger, alerts } = ledgerFixture(turns, { limits: [], store }, {}, clock);
  const model = majordomo.model('acme/x');
  const callModel = (tenant: string) => model.generate({ messages: [user('hi')], maxTokens: 5 }, { tenant });
  /** Advances the clock while another tenant calls four times a minute. */
  const advanceMinutes = async (minutes: number): Promise<void> => {
    for (let part = 0; part < minutes * 4; part++) {
      await callModel('even');
      await clock.advance(MINUTE / 4);
    }
  };
  const alertTypes = () => alerts.map(({ type }) => type);
  const recordCount = async (tenant: string): Promise<number> => {
    let count = 0;
    for await (const _ of ledger.records({ tenant })) count++;
    return count;
  };
  return { clock, ledger, alerts, callModel, advanceMinutes, alertTypes, recordCount, attemptCount };
}

describe('a record that is not stored', () => {
  it('is abandoned and reported after it was rejected for ten minutes while others were stored', async () => {
    const { clock, ledger, alerts, callModel, advanceMinutes, alertTypes, recordCount, attemptCount } =
      setUp();
    await callModel('odd');
    await advanceMinutes(9);
    expect(alertTypes()).toEqual(['store-down']);
    await advanceMinutes(3);
    expect(alerts.slice(1)).toMatchObject([{ type: 'unrecorded', record: { tenant: 'odd' } }]);
    const before = attemptCount();
    await expect(ledger.flush()).rejects.toThrow('check constraint "c"');
    await ledger.flush();
    await clock.advance(60 * MINUTE);
    expect(attemptCount()).toBe(before);
    expect(await recordCount('even')).toBe(48);
  });

  it('does not prevent the store from being closed', async () => {
    const clock = fakeClock(NOON);
    const { store } = rejectingStore(memoryStore({ clock }));
    let isClosed = false;
    const close = async (): Promise<void> => {
      isClosed = true;
    };
    const { majordomo, ledger, alerts } = ledgerFixture(
      [reply(1, 1)],
      { limits, store: { ...store, close } },
      {},
      clock,
    );
    await majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 5 }, { tenant: 'odd' });
    await expect(ledger.close()).rejects.toThrow('check constraint "c"');
    expect(isClosed).toBe(true);
    expect(alerts.at(-1)).toMatchObject({ type: 'unrecorded', record: { tenant: 'odd' } });
  });
});
