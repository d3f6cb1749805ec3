import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { counters, makeCounters, reserve, settle } from './counters.ts';
import type { Row, Sql } from './platform.ts';

const DAY_MS = 86_400_000;

/** SQLite as an object has it, by way of the one in Node. */
function sqlite(): Sql {
  const database = new DatabaseSync(':memory:');
  return {
    exec: (query, ...values) => {
      const rows = database.prepare(query).all(...values) as Row[];
      return { toArray: () => rows };
    },
  };
}

const claim = { counter: 'a', max: 9n, amount: 5n, resetsInMs: 60_000, whenLapsed: 'spent' } as const;

it('what was held before its counter was forgotten is not booked into what began after', () => {
  const sql = sqlite();
  makeCounters(sql);
  const begin = Date.UTC(2026, 10, 1);
  reserve(sql, begin, { id: 'old', claims: [claim], leaseMs: 30 * DAY_MS });
  const later = begin + 8 * DAY_MS;
  expect(counters(sql, later, 'a')).toEqual([]);
  reserve(sql, later, { id: 'new', claims: [claim], leaseMs: 30 * DAY_MS });
  settle(sql, later, 'old', [{ counter: 'a', amount: 3n }]);
  expect(counters(sql, later, 'a')).toMatchObject([{ used: 0n, held: 5n }]);
});

it('a period that begins when the clock went back is another than the one before', () => {
  const sql = sqlite();
  makeCounters(sql);
  const begin = Date.UTC(2026, 10, 1);
  const short = { ...claim, resetsInMs: -1 };
  reserve(sql, begin, { id: 'old', claims: [short], leaseMs: 30 * DAY_MS });
  reserve(sql, begin - 1, { id: 'new', claims: [{ ...claim, resetsInMs: 60_000 }], leaseMs: 30 * DAY_MS });
  settle(sql, begin - 1, 'old', [{ counter: 'a', amount: 3n }]);
  expect(counters(sql, begin - 1, 'a')).toMatchObject([{ used: 0n, held: 5n }]);
});
