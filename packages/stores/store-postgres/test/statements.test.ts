import type { SpendRecord } from '@majordomo/ledger';
import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import type { PostgresStores } from '../src/index.ts';
import { onPostgres } from './support/stores.ts';

const NUMBERS = Array.from({ length: 250 }, (_, index) => index);

/** Returns the ids of all stored records of attempts. */
async function storedIds({ ledger }: PostgresStores): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of ledger.records({})) ids.push(id);
  return ids.toSorted();
}

const record = (id: string): SpendRecord =>
  ({ id, call: id, at: '2026-11-01T00:00:00.000Z', target: 'a/x', ms: 1 }) as SpendRecord;

describeWith('postgres', 'statements of concurrent work', () => {
  const { client, stores } = onPostgres();

  it('are shared by reads, and each read returns the record of its own key', async () => {
    const { records } = stores();
    await records.write(
      'space',
      NUMBERS.map((n) => ({ type: 'put', key: `${n}`, version: 0, value: `value ${n}` })),
    );
    const read = await Promise.all(
      [...NUMBERS, 'missing', ...NUMBERS].map((key) => records.get('space', `${key}`)),
    );
    const expected = NUMBERS.map((n) => `value ${n}`);
    expect(read.map((one) => one?.value)).toEqual([...expected, undefined, ...expected]);
  });

  it('are shared by records of attempts, and contain each record once', async () => {
    const inserts: string[] = [];
    const counting = {
      async query(text: string, values?: readonly (string | null)[]) {
        if (text.startsWith('INSERT')) inserts.push(text);
        return { rows: await client().query(text, values) };
      },
      on: () => undefined,
      off: () => undefined,
    };
    const counted = stores({ client: counting });
    await Promise.all([...NUMBERS, ...NUMBERS].map(async (n) => counted.ledger.append(record(`${n}`))));
    expect(await storedIds(counted)).toEqual(NUMBERS.map(String).toSorted());
    expect(inserts).toHaveLength(5);
  });

  it('fail for all their records if the connection fails, and later records are stored', async () => {
    let isDown = true;
    const failing = {
      async query(text: string, values?: readonly (string | null)[]) {
        if (isDown && text.startsWith('INSERT')) throw new Error('the connection was reset');
        return { rows: await client().query(text, values) };
      },
      on: () => undefined,
      off: () => undefined,
    };
    const cut = stores({ client: failing });
    const failed = await Promise.allSettled(['1', '2'].map(async (id) => cut.ledger.append(record(id))));
    expect(failed).toMatchObject([{ reason: { kind: 'network' } }, { reason: { kind: 'network' } }]);
    isDown = false;
    await cut.ledger.append(record('1'));
    expect(await storedIds(cut)).toEqual(['1']);
  });
});
