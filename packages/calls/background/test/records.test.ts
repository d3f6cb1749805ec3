import { user } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { memoryRecords } from '@majordomo/records';
import { counted, killable, settle, storeValue, world } from './world.ts';

const SECRET = 'a secret of the customer';
const request = { messages: [user(SECRET)] };
const options = { key: 'k', metadata: { customer: SECRET } };

it('writes no record to renew the lease', async () => {
  const clock = fakeClock(1_000_000);
  const { store, counts } = counted(memoryRecords({ clock }));
  const all = world({ a: [{ text: 'late', delayMs: 55_000 }], store, clock });
  const job = await all.process().model('a/m').start(request, options);
  await all.clock.advance(1000);
  const written = counts.get('put');
  await all.clock.advance(50_000);
  expect(counts.get('put')).toBe(written);
  expect(counts.get('touch')).toBe(5);
  expect((await settle(job.result(), all)).text).toBe('late');
});

it('stores the request only until the job has ended', async () => {
  const all = world({ a: ['one', { fail: 'invalid-request' }, { hang: true }] });
  const background = all.process();
  const model = background.model('a/m');
  const stored = async (): Promise<string> => (await all.store.get('background', '["k"]'))?.value ?? '';
  const first = await model.start(request, options);
  expect(await stored()).toContain(SECRET);
  expect((await first.result()).text).toBe('one');
  expect(await stored()).not.toContain(SECRET);
  expect((await (await all.process().open('k')).result()).text).toBe('one');
  await first.remove();

  const second = await model.start(request, options);
  await expect(second.result()).rejects.toMatchObject({ kind: 'invalid-request' });
  expect(await stored()).not.toContain(SECRET);
  await second.remove();

  const third = await model.start(request, options);
  await all.clock.advance(10);
  await third.cancel();
  await all.clock.advance(10);
  expect(await stored()).toContain('cancelled');
  expect(await stored()).not.toContain(SECRET);
});

it.each(['', '{"format":', 'null', '[]', '{"format":"1"}', '{"format":1}'])(
  'rejects the damaged record %j with config, and does not change it',
  async (value) => {
    const all = world({ a: ['one'] });
    await storeValue(all.store, '["k"]', value, { dueMs: 0 });
    const background = all.process();
    const damaged = { kind: 'config', message: expect.stringContaining('the stored value is damaged') };
    await expect(background.open('k')).rejects.toMatchObject(damaged);
    await expect(background.model('a/m').start(request, options)).rejects.toMatchObject(damaged);
    await expect(background.poll()).rejects.toMatchObject(damaged);
    expect(await all.store.get('background', '["k"]')).toMatchObject({ value });
  },
);

it('advances all other jobs in a poll if many records are damaged', async () => {
  const base = world({ a: ['one'] });
  for (let at = 0; at < 250; at++) await storeValue(base.store, `["${at}"]`, '', { dueMs: at });
  const link = killable(base.store);
  const dying = world({ a: [{ hang: true }], store: link.store, clock: base.clock });
  await dying.process().model('a/m').start(request, options);
  link.stop();
  await base.clock.advance(40_000);
  const other = base.process();
  await expect(settle(other.poll(), base)).rejects.toMatchObject({ kind: 'config' });
  expect((await (await other.open('k')).result()).text).toBe('one');
});

it('reads at most 20 records in a poll with 10,000 ended and 10 running jobs', async () => {
  const clock = fakeClock(1_000_000);
  const { store, counts } = counted(memoryRecords({ clock }));
  const all = world({ a: ['x'], store, clock });
  await all.process().model('a/m').generate(request, options);
  const ended = (await store.get('background', '["k"]'))?.value ?? '';
  for (let at = 0; at < 10_000; at++) await storeValue(store, `["${at}"]`, ended, { keepMs: 604_800_000 });
  const link = killable(store);
  const turns = Array.from({ length: 10 }, () => ({ hang: true }) as const);
  const dying = world({ a: turns, store: link.store, clock });
  for (let at = 0; at < 10; at++)
    await dying
      .process()
      .model('a/m')
      .start(request, { key: `running ${at}` });
  await dying.clock.advance(10);
  link.stop();

  const next = world({ a: Array.from({ length: 10 }, () => 'done'), store, clock });
  await next.clock.advance(31_000);
  counts.clear();
  expect(await settle(next.process().poll(), next)).toEqual({ nextMs: undefined });
  expect(counts.get('get')).toBeLessThanOrEqual(20);
  expect(await (await next.process().open('running 7')).status()).toMatchObject({ state: 'completed' });
});
