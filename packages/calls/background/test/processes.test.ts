import { user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { killable, settle, storeValue, world } from './world.ts';

const request = { messages: [user('hi')] };

it('lets another process take over, and discards the late answer of the first', async () => {
  const base = world();
  const link = killable(base.store);
  const mine = world({ a: [{ text: 'late', delayMs: 60_000 }], store: link.store, clock: base.clock });
  const theirs = world({ a: ['taken over'], store: base.store, clock: base.clock });
  await mine.process().model('a/m').start(request, { key: 'k' });
  await mine.clock.advance(10);
  link.stop();
  await theirs.clock.advance(31_000);
  const other = theirs.process();
  expect((await other.open('k').then((job) => job.status())).state).toBe('queued');
  const answer = await settle((await other.open('k')).result(), theirs);
  expect(answer.text).toBe('taken over');
  expect(answer.attempts).toMatchObject([
    { outcome: 'abandoned', error: { kind: 'server' } },
    { outcome: 'finished' },
  ]);
  link.start();
  await mine.clock.advance(120_000);
  expect((await (await other.open('k')).result()).text).toBe('taken over');
  expect(await (await other.open('k')).status()).toMatchObject({ nanoUsd: undefined });
});

it('gives a reader of an abandoned leg a reset', async () => {
  const base = world();
  const link = killable(base.store);
  const mine = world({ a: [{ hang: true, after: 'some text here' }], store: link.store, clock: base.clock });
  const theirs = world({ a: ['taken over'], store: base.store, clock: base.clock });
  const job = await mine.process().model('a/m').start(request, { key: 'k' });
  const reader = job.stream()[Symbol.asyncIterator]();
  await settle(reader.next(), mine);
  link.stop();
  await theirs.clock.advance(31_000);
  const other = await theirs.process().open('k');
  const types: string[] = [];
  const reading = (async () => {
    for await (const event of other.stream({ after: '1.2' })) types.push(event.type);
  })();
  await settle(reading, theirs);
  expect(types.slice(0, 2)).toEqual(['reset', 'start']);
});

it('keeps the lease while a call takes longer than a lease', async () => {
  const all = world({ a: [{ text: 'a slow answer of words', chunks: 1, everyMs: 10_000 }] });
  const [mine, theirs] = [all.process(), all.process()];
  const job = await mine.model('a/m').start(request, { key: 'k' });
  for (let at = 0; at < 16; at++) {
    await all.clock.advance(10_000);
    expect((await theirs.poll()).nextMs).toBeGreaterThan(0);
  }
  expect((await settle(job.result(), all)).text).toBe('a slow answer of words');
  expect(all.providers[0].requests).toHaveLength(1);
  expect(await theirs.poll()).toEqual({ nextMs: undefined });
});

it('advances due jobs in a poll, and reports the time of the next', async () => {
  const base = world();
  const link = killable(base.store);
  const mine = world({ a: [{ hang: true }, { hang: true }], store: link.store, clock: base.clock });
  const theirs = world({ a: ['one', 'two'], store: base.store, clock: base.clock });
  const model = mine.process().model('a/m');
  await model.start(request, { key: 'x' });
  await model.start(request, { key: 'y' });
  await mine.clock.advance(10);
  link.stop();
  const other = theirs.process();
  expect(await other.poll()).toEqual({ nextMs: 29_990 });
  await theirs.clock.advance(30_000);
  expect(await settle(other.poll(), theirs)).toEqual({ nextMs: undefined });
  const texts = await Promise.all(
    ['x', 'y'].map(async (key) => (await (await other.open(key)).result()).text),
  );
  expect(texts.toSorted()).toEqual(['one', 'two']);
});

it('fails a job whose process has died five times, instead of sending its request again', async () => {
  const base = world();
  for (let at = 0; at < 5; at++) {
    const link = killable(base.store);
    const one = world({ a: [{ hang: true }], store: link.store, clock: base.clock });
    await base.clock.advance(31_000);
    const model = one.process().model('a/m');
    await model.start(request, { key: 'k' });
    await one.clock.advance(10);
    expect(one.providers[0].requests).toHaveLength(1);
    link.stop();
  }
  const last = world({ a: ['unused'], store: base.store, clock: base.clock });
  await base.clock.advance(31_000);
  const job = await last.process().open('k');
  await expect(settle(job.result(), last)).rejects.toMatchObject({
    kind: 'server',
    details: { code: 'abandoned' },
  });
  expect(last.providers[0].requests).toHaveLength(0);
  expect((await job.status()).attempts).toHaveLength(5);
});

it('fails a job that continues after timeouts.totalMs, without another call', async () => {
  const base = world();
  const link = killable(base.store);
  const mine = world({ a: [{ hang: true }], store: link.store, clock: base.clock });
  await mine
    .process()
    .model('a/m')
    .start(request, { key: 'k', timeouts: { totalMs: 20_000 } });
  await mine.clock.advance(10);
  link.stop();
  const theirs = world({ a: ['unused'], store: base.store, clock: base.clock });
  await theirs.clock.advance(31_000);
  const job = await theirs.process().open('k');
  await expect(settle(job.result(), theirs)).rejects.toMatchObject({
    kind: 'timeout',
    details: { phase: 'total' },
  });
});

it('stores the answer when the store is available again, while the lease lasts', async () => {
  const base = world();
  const link = killable(base.store);
  const mine = world({ a: [{ text: 'answer', delayMs: 1000 }], store: link.store, clock: base.clock });
  await mine.process().model('a/m').start(request, { key: 'k' });
  await mine.clock.advance(900);
  link.stop();
  await mine.clock.advance(5000);
  link.start();
  await mine.clock.advance(2000);
  expect((await (await mine.process().open('k')).result()).text).toBe('answer');
});

it('rejects a poll with the error of its store after the other jobs, and a job of a newer format with config', async () => {
  const all = world({ a: ['one'] });
  const store = memoryRecords({ clock: all.clock });
  const value = '{"format":99,"data":{}}';
  await storeValue(store, '["new"]', value, { dueMs: 0 });
  const background = world({ a: ['one'], store, clock: all.clock }).process();
  await expect(background.poll()).rejects.toMatchObject({ kind: 'config' });
  await expect(background.open('new')).rejects.toMatchObject({ kind: 'config' });
  expect(await store.get('background', '["new"]')).toMatchObject({ value });
});

it('drives a created job if another call of the process finds its record before the driver begins', async () => {
  const base = world();
  let hasSaved: (() => void) | undefined;
  const store: RecordStore = {
    ...base.store,
    async write(space, changes) {
      const versions = await base.store.write(space, changes);
      // The first write is slow to return, so the other call reads the record in the meantime.
      if (changes[0]?.version === 0) await new Promise<void>((resolve) => (hasSaved = resolve));
      return versions;
    },
  };
  const all = world({ a: ['hi'], store, clock: base.clock });
  const model = all.process().model('a/m');
  const first = model.start(request, { key: 'k' });
  await all.clock.advance(0);
  const second = await model.start(request, { key: 'k' });
  hasSaved?.();
  await first;
  expect((await second.result()).text).toBe('hi');
});
