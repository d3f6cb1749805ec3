import { expect, it } from 'vitest';
import { StartedCalls } from './started-calls.ts';

it('refuses calls of its earlier runs once it has forgotten which of them began', () => {
  const calls = new StartedCalls();
  const ownerId = calls.ownerId();
  for (let run = 0; run <= 100_000; run++) expect(calls.mayBegin(`${run}/1/pay`, calls.ownerId())).toBe(true);
  expect([calls.isOwnId(ownerId), calls.mayBegin('0/1/pay', ownerId)]).toEqual([false, false]);
  expect(calls.isOwnId(calls.ownerId())).toBe(true);
});
