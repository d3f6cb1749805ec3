import type { Claim } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
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

it('lists the counters of a prefix that contains any characters, and no others', async () => {
  await using stores = sqliteStores(at('prefixes.db'));
  const claim = { max: 9n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
  const names = ['a', 'a\0b', 'a\0b/😀', 'a\0c', 'a%', 'b'];
  for (const counter of names) await stores.ledger.reserve(counter, [{ ...claim, counter }], 60_000);
  const listed = async (prefix: string): Promise<readonly string[]> =>
    (await stores.ledger.counters(prefix)).map(({ counter }) => counter);
  expect(await listed('a\0b')).toEqual(['a\0b', 'a\0b/😀']);
  expect(await listed('a')).toEqual(['a', 'a\0b', 'a\0b/😀', 'a\0c', 'a%']);
  expect(await listed('')).toHaveLength(names.length);
});
