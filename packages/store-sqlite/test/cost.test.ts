import { hourlyClaim } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
/** The goal is 60 µs on a quiet machine; one that is busy is forgiven. */
const MOST_MICROSECONDS = 600;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe('what the books cost', () => {
  it('is little for a reservation and its settling', async () => {
    await using stores = sqliteStores(at('cost.db'));
    const times: number[] = [];
    for (let number = 0; number < 2000; number++) {
      const begin = performance.now();
      await stores.ledger.reserve(`${number}`, [hourlyClaim], 30_000);
      await stores.ledger.settle(`${number}`, [{ counter: 'a', amount: 1n }]);
      times.push((performance.now() - begin) * 1000);
    }
    expect(median(times)).toBeLessThan(MOST_MICROSECONDS);
  });
});
