import { expect, it } from 'vitest';
import { memoryStore } from './memory-store.ts';

/** The goal is 5 µs on a quiet machine; one that is busy is forgiven. */
const MOST_MICROSECONDS = 50;
const claim = {
  counter: 'a',
  max: 10n ** 15n,
  amount: 9n,
  resetsInMs: 3_600_000,
  whenLapsed: 'spent',
} as const;

it('a reservation and its settling cost little, with many others open', async () => {
  const store = memoryStore();
  for (let number = 0; number < 5000; number++) await store.reserve(`open ${number}`, [claim], 600_000);
  const times: number[] = [];
  for (let number = 0; number < 5000; number++) {
    const begin = performance.now();
    await store.reserve(`${number}`, [claim], 600_000);
    await store.settle(`${number}`, [{ counter: 'a', amount: 1n }]);
    times.push((performance.now() - begin) * 1000);
  }
  expect(times.sort((a, b) => a - b)[times.length >> 1]).toBeLessThan(MOST_MICROSECONDS);
});

it('an id is known for the last hundred thousand and more, and then forgotten', async () => {
  const store = memoryStore();
  const book = async (id: number): Promise<boolean> => {
    await store.reserve(`${id}`, [claim], 600_000);
    return store.settle(`${id}`, [{ counter: 'a', amount: 1n }]);
  };
  for (let id = 0; id < 102_000; id++) await book(id);
  // True: it was reserved anew.
  expect([await book(0), await book(10_000), await book(101_999)]).toEqual([true, false, false]);
});
