import { LlmError } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { hold, memoryRecords, type Hold, type RecordStore, type StoredRecord } from '../src/index.ts';

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

test('a record is taken with other members if the caller decides so, also before it is due', async () => {
  const { records } = await stored();
  const waiting = await taken(records);
  await waiting.release({ label: 'waiting', dueMs: LEASE_MS });
  const take = ({ label }: StoredRecord) => (label === 'waiting' ? { label: 'held' } : undefined);
  const result = await hold(records, 'runs', 'a', LEASE_MS, { clock, take });
  if (result.state !== 'held') throw new Error(`the record is ${result.state}`);
  expect(result.hold.record).toMatchObject({ value: '{}', label: 'held' });
  const record = await records.get('runs', 'a');
  expect(record).toMatchObject({ value: '{}', label: 'held', version: result.hold.record.version });
  await clock.advance(LEASE_MS);
  const busy = { state: 'busy', record: { label: 'held' } };
  expect(await hold(records, 'runs', 'a', LEASE_MS, { clock, take })).toMatchObject(busy);
  await result.hold.release({ label: 'waiting' });
  const renewed = await hold(records, 'runs', 'a', LEASE_MS, { clock, take: () => ({ value: '[]' }) });
  expect(renewed).toMatchObject({ state: 'held', hold: { record: { value: '[]', label: '' } } });
  expect(await records.get('runs', 'a')).toMatchObject({ value: '[]', label: '', dueMs: LEASE_MS });
});

test('a record that the caller has read is read again only if it has changed', async () => {
  const { records } = await stored();
  const [known] = await records.list('runs', { limit: 1 });
  let reads = 0;
  const counting: RecordStore = { ...records, get: (...args) => (reads++, records.get(...args)) };
  const initial = { value: '1' };
  const first = await hold(counting, 'runs', 'b', LEASE_MS, { clock, known: null, initial });
  expect([first.state, reads]).toEqual(['held', 0]);
  expect((await hold(counting, 'runs', 'b', LEASE_MS, { clock, known: null, initial })).state).toBe('busy');
  expect(reads).toBe(1);
  const second = await hold(counting, 'runs', 'a', LEASE_MS, { clock, known });
  expect([second.state, reads]).toEqual(['held', 1]);
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

test('a lease is not taken back after a release whose reply was lost', async () => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  faults.push('after');
  await expect(first.release()).rejects.toThrow();
  const next = await taken(records);
  await clock.advance(LEASE_MS / 2);
  expect(await next.write([{ type: 'put', key: 'a/1', value: '1' }])).toBe(true);
  expect(await first.release()).toBe(true);
  await expect(first.save({ value: 'late' })).rejects.toMatchObject({ kind: 'denied' });
  expect(await next.save({ value: 'next' })).toBe(true);
  await next.release();
});

test('a lease ends after a release that failed and is not repeated', async () => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  faults.push('before');
  await expect(first.release()).rejects.toThrow();
  await clock.advance(LEASE_MS);
  const next = await taken(records);
  await expect(first.release()).rejects.toMatchObject({ kind: 'denied' });
  await next.release();
});

test.each([
  ['a release with a value', (held: Hold) => held.release({ value: '1' })],
  ['a removal', (held: Hold) => held.remove()],
])('%s that failed is not assumed when another process has changed the record', async (_, end) => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  faults.push('before');
  await expect(end(first)).rejects.toThrow('not sent');
  await records.write('runs', [{ type: 'put', key: 'a', value: '"cancelled"' }]);
  await expect(end(first)).rejects.toMatchObject({ kind: 'denied' });
  expect(first.signal.aborted).toBe(true);
});

test('a change that is repeated after its reply was lost is made once', async () => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  const row = { type: 'put', key: 'a/1', value: '1', version: 0 } as const;
  faults.push('after');
  await expect(first.write([row])).rejects.toThrow();
  await clock.advance(LEASE_MS / 2);
  await records.write('runs', [{ type: 'put', key: 'a/1', value: '2' }]);
  expect(await first.write([row])).toBe(true);
  expect((await records.get('runs', 'a/1'))?.value).toBe('2');
  expect(await first.write([row])).toBe(false);
  faults.push('after');
  await expect(first.remove()).rejects.toThrow();
  expect(await first.remove()).toBe(true);
  expect(first.signal.aborted).toBe(false);
});

test('a lease is kept when the store fails again after a reply was lost', async () => {
  const { failing, faults, records } = await stored();
  const first = await taken(failing);
  faults.push('after', 'before', 'after');
  await expect(first.save({ value: '1' })).rejects.toThrow();
  await expect(first.save({ value: '2' })).rejects.toThrow();
  await expect(first.renew()).rejects.toThrow();
  expect(await first.save({ value: '3' })).toBe(true);
  expect((await records.get('runs', 'a'))?.value).toBe('3');
  await first.release();
});

test('a change of unknown result is not assumed when another one may have made the version', async () => {
  const { records } = await stored();
  const late: (() => Promise<unknown>)[] = [];
  let mode: 'late' | 'after' | undefined;
  const failing: RecordStore = {
    ...records,
    async write(space, changes) {
      if (mode === 'late') late.push(() => records.write(space, changes));
      else await records.write(space, changes);
      throw new Error(mode);
    },
  };
  const first = await taken({
    ...records,
    write: (...args) => (mode === undefined ? records : failing).write(...args),
  });
  const row = (key: string) => ({ type: 'put', key, value: '1', version: 0 }) as const;
  mode = 'late';
  await expect(first.write([row('a/1')])).rejects.toThrow('late');
  mode = 'after';
  await expect(first.write([row('a/2')])).rejects.toThrow('after');
  mode = undefined;
  expect(await late[0]?.()).toBeUndefined();
  await expect(first.write([row('a/1')])).rejects.toMatchObject({ kind: 'denied' });
});

test('a lease is given up at its end while the store does not answer', async () => {
  const { records } = await stored();
  let isSilent = false;
  const first = await taken({
    ...records,
    write: (...args) => (isSilent ? new Promise(() => undefined) : records.write(...args)),
  });
  isSilent = true;
  void first.save({ value: '1' });
  await clock.advance(LEASE_MS);
  expect(first.signal.aborted).toBe(true);
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

test('a released hold has the label and the due time of its last change', async () => {
  const { records } = await stored();
  const held = await taken(records);
  await held.release({ label: 'done', dueMs: 5000 });
  expect(held.record).toEqual(await records.get('runs', 'a'));
});
