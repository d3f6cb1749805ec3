import { user } from '@majordomo/core';
import { memoryStore, type LedgerStore, type SpendRecord } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from '../../../../packages/ledger/test/support/fixture.ts';

const limits = [{ name: 'day', max: { usd: '1' }, per: 'day' }] as const;
const MINUTE = 60_000;

/** A store that does not take the records of one tenant, or of all. */
function picky(store: LedgerStore) {
  let refused: 'odd' | 'all' | 'none' = 'odd';
  let tries = 0;
  const append = async (record: SpendRecord): Promise<void> => {
    if (refused === 'all' || refused === record.tenant) {
      tries++;
      throw new Error('check constraint "c"');
    }
    await store.append(record);
  };
  return {
    store: { ...store, append },
    tries: () => tries,
    refuse: (next: typeof refused) => (refused = next),
  };
}

function onPicky() {
  const clock = fakeClock(NOON);
  const { store, tries, refuse } = picky(memoryStore({ clock }));
  const turns = Array.from({ length: 100 }, () => reply(1, 1));
  const { majordomo, ledger, alerts } = ledgerFixture(turns, { limits: [], store }, {}, clock);
  const model = majordomo.model('acme/x');
  const ask = (tenant: string) => model.generate({ messages: [user('hi')], maxTokens: 5 }, { tenant });
  /** Others ask four times a minute. */
  const pass = async (minutes: number): Promise<void> => {
    for (let part = 0; part < minutes * 4; part++) {
      await ask('even');
      await clock.advance(MINUTE / 4);
    }
  };
  const types = () => alerts.map(({ type }) => type);
  const recorded = async (tenant: string): Promise<number> => {
    let count = 0;
    for await (const _ of ledger.records({ tenant })) count++;
    return count;
  };
  return { clock, ledger, alerts, ask, pass, types, recorded, tries, refuse };
}

describe('a record that is not stored', () => {
  it('since no file can hold it is told, goes, and holds nobody up', async () => {
    const clock = fakeClock(NOON);
    const { ledger: store } = sqliteStores(':memory:', { clock });
    const { usage } = reply(1, 1) as { readonly usage: object };
    // What JSON has no word for, as a client of a vendor may give it.
    const odd = { text: 'yes', usage: { ...usage, details: { odd: 1n } } } as unknown as Turn;
    const { ask, alerts, ledger } = ledgerFixture([odd, reply(1, 1)], { limits, store }, {}, clock);
    await expect(ask({ tenant: 'odd' })).rejects.toMatchObject({ kind: 'invalid-request' });
    expect(alerts).toMatchObject([
      { type: 'unrecorded', record: { tenant: 'odd', nanoUsd: '11000' }, error: { kind: 'invalid-request' } },
    ]);
    await ask({ tenant: 'even' });
    await clock.advance(60 * MINUTE);
    await ledger.flush();
    const tenants = [];
    for await (const { tenant } of ledger.records()) tenants.push(tenant);
    expect(tenants).toEqual(['even']);
    expect((await ledger.state())[0]).toMatchObject({ used: 22_000n, held: 0n });
    expect(alerts).toHaveLength(1);
  });

  it('for whatever reason goes once it was refused for long while others were not, and is told', async () => {
    const { clock, ledger, alerts, ask, pass, types, recorded, tries } = onPicky();
    await ask('odd');
    await pass(9);
    expect(types()).toEqual(['store-down']);
    await pass(3);
    expect(alerts.slice(1)).toMatchObject([{ type: 'unrecorded', record: { tenant: 'odd' } }]);
    const before = tries();
    await expect(ledger.flush()).rejects.toThrow('check constraint "c"');
    await ledger.flush();
    await clock.advance(60 * MINUTE);
    expect(tries()).toBe(before);
    expect(await recorded('even')).toBe(48);
  });

  it('is tried as long as the store takes no others either', async () => {
    const { clock, ledger, ask, types, recorded, refuse } = onPicky();
    refuse('all');
    await ask('odd');
    await ask('even');
    await clock.advance(24 * 60 * MINUTE);
    refuse('none');
    await clock.advance(MINUTE);
    await ledger.flush();
    expect([await recorded('odd'), await recorded('even')]).toEqual([1, 1]);
    expect(types()).toEqual(['store-down']);
  });

  it('at the first times is tried again, and stored when the store relents', async () => {
    const { ledger, ask, pass, types, recorded, refuse } = onPicky();
    await ask('odd');
    await pass(5);
    refuse('none');
    await pass(1);
    await ledger.flush();
    expect(await recorded('odd')).toBe(1);
    expect(types()).toEqual(['store-down']);
  });

  it('leaves the store to be closed', async () => {
    const clock = fakeClock(NOON);
    const { store } = picky(memoryStore({ clock }));
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

it('reports add up what vendors say, however much that is', async () => {
  const clock = fakeClock(NOON);
  const { ledger: store } = sqliteStores(':memory:', { clock });
  const most = Number.MAX_SAFE_INTEGER;
  const { ask, ledger } = ledgerFixture(Array(3).fill(reply(most, most)), { store }, {}, clock);
  for (let call = 0; call < 3; call++) await ask();
  const [row] = await ledger.report({ by: ['target'] });
  expect(row).toMatchObject({ attempts: 3, input: 3 * most, output: 3 * most });
});
