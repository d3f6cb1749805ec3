import type { Claim } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { sqliteStores, type SqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

it('a claim at the end of its period begins the next complete period', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 1));
  await using stores = sqliteStores(at('periods.db'), { clock });
  const claim: Claim = { counter: 'a', max: 9n, amount: 1n, resetsInMs: 1, whenLapsed: 'spent' };
  await stores.ledger.reserve('1', [{ ...claim, nextResetsInMs: 60_001 }], 300_000);
  await clock.advance(60_000);
  await stores.ledger.reserve('2', [claim], 300_000);
  expect(await stores.ledger.counters('a')).toMatchObject([{ held: 2n, resetsAt: clock.now() + 1 }]);
});

describe('a period that began while the clock was ahead', () => {
  const reserveAt = async (stores: SqliteStores, id: string, resetsInMs: number): Promise<unknown> =>
    stores.ledger.reserve(
      id,
      [{ counter: 'a', max: 2n, amount: 1n, resetsInMs, whenLapsed: 'spent' }],
      300_000,
    );

  it.each([
    ['a minute', 60_000, 86_400_000],
    ['a day', 3_600_000, 86_400_000],
    ['a month', 20 * 86_400_000, 366 * 86_400_000],
  ])('ends with the first claim after the clock was corrected: %s', async (_, resetsInMs, aheadMs) => {
    let aheadNow = aheadMs;
    const clock = fakeClock(Date.UTC(2026, 10, 1));
    const now = (): number => clock.now() + aheadNow;
    await using stores = sqliteStores(at(`ahead-${resetsInMs}.db`), { clock: { ...clock, now } });
    await reserveAt(stores, 'ahead', resetsInMs);
    aheadNow = 0;
    for (const id of ['1', '2']) expect(await reserveAt(stores, id, resetsInMs)).toBeUndefined();
    // The new period has a normal length and counts all later claims.
    await clock.advance(1000);
    expect(await reserveAt(stores, '3', resetsInMs - 1000)).toMatchObject({
      left: 0n,
      retryAfterMs: resetsInMs - 1000,
    });
    await stores.ledger.settle('ahead', [{ counter: 'a', amount: 1n }]);
    expect(await stores.ledger.counters('a')).toMatchObject([{ used: 0n, held: 2n }]);
    await clock.advance(resetsInMs);
    expect(await reserveAt(stores, '4', resetsInMs)).toBeUndefined();
  });

  it('continues if its end is at most a minute later than the claim states', async () => {
    let aheadMs = 50_000;
    const clock = fakeClock(Date.UTC(2026, 10, 1));
    const now = (): number => clock.now() + aheadMs;
    await using stores = sqliteStores(at('slightly-ahead.db'), { clock: { ...clock, now } });
    await reserveAt(stores, '1', 60_000);
    await reserveAt(stores, '2', 60_000);
    aheadMs = 0;
    expect(await reserveAt(stores, '3', 60_000)).toMatchObject({ retryAfterMs: 110_000 });
  });
});

it('settling a reservation of a deleted counter does not change its new counter', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 1));
  const path = at('forgotten.db');
  const claim: Claim = { counter: 'a', max: 9n, amount: 5n, resetsInMs: 60_000, whenLapsed: 'spent' };
  const leaseMs = 30 * 86_400_000;
  {
    await using before = sqliteStores(path, { clock });
    await before.ledger.reserve('old', [claim], leaseMs);
  }
  await clock.advance(8 * 86_400_000);
  await using stores = sqliteStores(path, { clock });
  // The first claim after opening deletes old counters.
  await stores.ledger.reserve('other', [{ ...claim, counter: 'b' }], leaseMs);
  await stores.ledger.reserve('new', [claim], leaseMs);
  await stores.ledger.settle('old', [{ counter: 'a', amount: 3n }]);
  expect(await stores.ledger.counters('a')).toMatchObject([{ used: 0n, held: 5n }]);
});
