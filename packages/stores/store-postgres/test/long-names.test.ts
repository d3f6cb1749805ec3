import type { SpendRecord } from '@majordomo/ledger';
import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

const claim = (counter: string) =>
  [{ counter, max: 100n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' }] as const;

/** Returns a name of this number of bytes that PostgreSQL cannot compress. */
function nameOf(bytes: number): string {
  let text = '';
  for (let seed = 1; text.length < bytes; seed = (seed * 1103515245 + 12345) % 2 ** 31)
    text += seed.toString(36);
  return text.slice(0, bytes);
}

describeWith('postgres', 'names and ids of more than 2,000 bytes', () => {
  const { stores } = onPostgres();

  it.each([
    ['a counter', 'long', nameOf(2001), 'the name of a counter'],
    ['a reservation', nameOf(9000), 'counter', 'the id of a reservation'],
  ])(
    'of %s are rejected, and the other operations of the same statement succeed',
    async (_, id, counter, what) => {
      const { ledger } = stores();
      const results = await Promise.allSettled([
        ledger.reserve('before', claim('other'), 60_000),
        ledger.reserve(id, claim(counter), 60_000),
        ledger.reserve('after', claim('other'), 60_000),
        ledger.settle('unknown', []),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect(results[1]).toMatchObject({
        reason: { kind: 'invalid-request', message: expect.stringContaining(what) as string },
      });
      expect(await ledger.counters('')).toMatchObject([{ counter: 'other', held: 2n }]);
    },
  );

  it('of records are rejected permanently', async () => {
    const { ledger } = stores();
    const record = { id: '1', call: 'c', at: '2026-11-01T00:00:00.000Z', target: 'a/x' } as SpendRecord;
    for (const long of [{ id: nameOf(2001) }, { call: nameOf(2001) }])
      await expect(ledger.append({ ...record, ...long })).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('are counted in bytes, and 2,000 are accepted', async () => {
    const { ledger } = stores();
    await ledger.reserve(nameOf(2000), claim('ö'.repeat(1000)), 60_000);
    await expect(ledger.reserve('1', claim('ö'.repeat(1001)), 60_000)).rejects.toThrow('has 2002 bytes');
    expect(await ledger.counters('')).toMatchObject([{ held: 1n }]);
  });
});
