import type { Claim } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

it('a claim that comes as its period ends begins the next, not one that is over at once', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 1));
  await using stores = sqliteStores(at('periods.db'), { clock });
  const claim: Claim = { counter: 'a', max: 9n, amount: 1n, resetsInMs: 1, whenLapsed: 'spent' };
  await stores.ledger.reserve('1', [{ ...claim, nextResetsInMs: 60_001 }], 300_000);
  await clock.advance(60_000);
  await stores.ledger.reserve('2', [claim], 300_000);
  expect(await stores.ledger.counters('a')).toMatchObject([{ held: 2n, resetsAt: clock.now() + 1 }]);
});
