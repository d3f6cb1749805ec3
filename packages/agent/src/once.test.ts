import { expect, it } from 'vitest';
import { Once } from './once.ts';

it('refuses calls of its earlier runs once it has forgotten which of them began', () => {
  const once = new Once();
  const mark = once.ownerId();
  for (let run = 0; run <= 100_000; run++) expect(once.mayBegin(`${run}/1/pay`, once.ownerId())).toBe(true);
  expect([once.isMine(mark), once.mayBegin('0/1/pay', mark)]).toEqual([false, false]);
  expect(once.isMine(once.ownerId())).toBe(true);
});
