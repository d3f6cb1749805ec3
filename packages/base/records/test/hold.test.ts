import { LlmError } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { hold, memoryRecords, type Hold, type RecordStore } from '../src/index.ts';

const LEASE_MS = 30_000;
const clock = fakeClock();

/** Records with a stored value `{}` under `a`, and a way to let writes fail before or after their effect. */
async function stored() {
  const records = memoryRecords({ clock });
  await records.write('runs', [{ type: 'put', key: 'a', value: '{}', label: 'open' }]);
  const faults: ('before' | 'after')[] = [];
  const failing: RecordStore = {
    ...records,
    async write(space, changes) {
      const fault = faults.shift();
      if (fault === 'before') throw new Error('not sent');
      const versions = await records.write(space, changes);
      if (fault === 'after') throw new Error('the reply was lost');
      return versions;
    },
  };
  return { records, failing, faults };
}

async function taken(records: RecordStore): Promise<Hold> {
  const result = await hold(records, 'runs', 'a', LEASE_MS, { clock });
  if (result.state !== 'held') throw new Error(`the record is ${result.state}`);
  return result.hold;
}

test('a record is held by one process, and another learns for how long', async () => {
  const { records } = await stored();
  const first = await taken(records);
  expect(await hold(records, 'runs', 'a', LEASE_MS, { clock })).toMatchObject({
    state: 'busy',
    record: { value: '{}', dueMs: LEASE_MS },
  });
  await first.release();
  expect((await hold(records, 'runs', 'a', LEASE_MS, { clock })).state).toBe('held');
});

test('an unknown record is missing, or is stored if an initial value is given', async () => {
  const { records } = await stored();
  expect(await hold(records, 'runs', 'b', LEASE_MS, { clock })).toEqual({ state: 'missing' });
  const initial = { value: '[]', label: 'new' };
  const results = [1, 2].map(() => hold(records, 'runs', 'b', LEASE_MS, { clock, initial }));
  expect((await Promise.all(results)).map(({ state }) => state).sort()).toEqual(['busy', 'held']);
  expect(await records.get('runs', 'b')).toMatchObject({ value: '[]', label: 'new', dueMs: LEASE_MS });
});

test('a lease is renewed until it is released', async () => {
  const { records } = await stored();
  const first = await taken(records);
  await clock.advance(10 * LEASE_MS);
  expect((await hold(records, 'runs', 'a', LEASE_MS, { clock })).state).toBe('busy');
  expect(await first.save({ value: '1', label: 'open' })).toBe(true);
  await first.release({ label: 'waiting' });
  expect(await records.get('runs', 'a')).toMatchObject({ value: '1', label: 'waiting', dueMs: undefined });
  await expect(first.renew()).rejects.toMatchObject({ kind: 'denied' });
  expect(first.signal.aborted).toBe(false);
});

test('a holder that was paused for longer than its lease changes nothing after another process has taken the record', async () => {
  const { records } = await stored();
  const paused = await taken(records);
  // The clock of the store advances, and the timers of the paused process do not fire.
  const [record] = await records.list('runs', { limit: 1 });
  await records.write('runs', [{ type: 'touch', key: 'a', version: record?.version, dueMs: -1 }]);
  const next = await taken(records);
  await expect(paused.save({ value: 'late' })).rejects.toMatchObject({ kind: 'denied' });
  expect(paused.signal.reason).toBeInstanceOf(LlmError);
  await next.save({ value: 'next' });
  expect((await records.get('runs', 'a'))?.value).toBe('next');
  await next.release();
});

test('a change by a process without the lease ends the lease', async () => {
  const { records } = await stored();
  const first = await taken(records);
  await records.write('runs', [{ type: 'put', key: 'a', value: '"cancelled"' }]);
  await clock.advance(LEASE_MS / 2);
  expect(first.signal.aborted).toBe(true);
});

test.each(['before', 'after'] as const)(
  'a save whose reply is lost %s its effect is repeated',
  async (fault) => {
    const { failing, faults, records } = await stored();
    const first = await taken(failing);
    faults.push(fault);
    await expect(first.save({ value: '1' })).rejects.toThrow();
    expect(first.signal.aborted).toBe(false);
    expect(await first.save({ value: '2' })).toBe(true);
    expect((await records.get('runs', 'a'))?.value).toBe('2');
    faults.push(fault);
    await expect(first.renew()).rejects.toThrow();
    expect(await first.release({ value: '3' })).toBe(true);
    expect(await records.get('runs', 'a')).toMatchObject({ value: '3', dueMs: undefined });
  },
);

test('a lost reply is not taken for an own change after the lease has ended', async () => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  faults.push(...Array.from({ length: 20 }, () => 'before' as const));
  await expect(first.save({ value: '{}' })).rejects.toThrow();
  await clock.advance(LEASE_MS + 10_000);
  expect(first.signal.aborted).toBe(true);
  faults.length = 0;
  expect((await hold(records, 'runs', 'a', LEASE_MS, { clock })).state).toBe('held');
});

test('other records change only with the held one', async () => {
  const { records } = await stored();
  const first = await taken(records);
  const row = { type: 'put', key: 'a/1', value: '1', version: 0 } as const;
  expect(await first.write([row])).toBe(true);
  expect(await first.write([row])).toBe(false);
  expect(await first.save({ value: '2' }, [{ ...row, key: 'a/2' }, row])).toBe(false);
  expect(first.signal.aborted).toBe(false);
  expect(await records.get('runs', 'a/2')).toBeUndefined();
  expect(await first.remove([{ type: 'remove', key: 'a/1' }])).toBe(true);
  expect(await records.list('runs', { limit: 10 })).toEqual([]);
});
