import { begin } from '@majordomo/agent/steps';
import { fromJson, toJson, user } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { LEASE_MS, LIFETIME_MS, RunRecords, type WaitingRun } from './run-records.ts';

const owner = { tenant: '', user: 'a' };
const waiting = fromJson<WaitingRun>(toJson({ state: begin('hi'), replies: [], earlier: 0 }));

function setUp() {
  const clock = fakeClock();
  const store = memoryRecords({ clock });
  return { clock, mine: new RunRecords(store, clock), theirs: new RunRecords(store, clock) };
}

it('gives a waiting run to one of several replies', async () => {
  const { mine, theirs } = setUp();
  await mine.wait(await mine.begin('t', owner), waiting);
  const run = (await theirs.find('t'))!;
  expect(run).toMatchObject({ isWaiting: true, isHeld: false, waiting, owner });
  const taken = await Promise.all([mine, theirs, mine].map((one) => one.take(run)));
  const [held, ...others] = taken.filter((one) => one !== undefined);
  expect([held?.run.waiting, others]).toEqual([waiting, []]);
  await mine.wait(held!, waiting);
  expect(await theirs.find('t')).toMatchObject({ isWaiting: true });
  expect(await theirs.take(run)).toBeUndefined();
});

it('returns the runs of processes that have ended, and gives each to one caller', async () => {
  const { clock, mine, theirs } = setUp();
  const stopped = new RunRecords(memoryRecords({ clock }), clock);
  await stopped.begin('x', owner);
  await mine.end(await mine.begin('lost', owner));
  await mine.begin('held', owner);
  await mine.wait(await mine.begin('waits', owner), waiting);
  await clock.advance(LEASE_MS - 1);
  expect([(await theirs.find('lost'))?.isHeld, await theirs.lost()]).toEqual([true, []]);
  await clock.advance(1);
  expect(await theirs.lost()).toEqual(['lost']);
  const run = await theirs.find('lost');
  expect(run?.isHeld).toBe(false);
  expect(await Promise.all([mine.removeLost(run!), theirs.removeLost(run!)])).toEqual([true, false]);
});

it('shows a canceled run to its process until the run expires', async () => {
  const { clock, mine, theirs } = setUp();
  await theirs.requestCancel('t');
  const held = await mine.begin('t', owner);
  await theirs.requestCancel('t');
  await theirs.forget('t');
  expect(await mine.find('t')).toMatchObject({ isCanceled: true, isHeld: true });
  await mine.end(held);
  await clock.advance(LEASE_MS);
  expect(await mine.find('t')).toBeUndefined();
});

it('appends the messages of tasks that end at the same time, also in two processes', async () => {
  const { clock, mine, theirs } = setUp();
  await Promise.all(
    ['a', 'b', 'c'].map((text, at) => (at === 1 ? theirs : mine).append('s' as never, 'c', [user(text)])),
  );
  const messages = await mine.conversation('s' as never, 'c');
  expect(messages).toHaveLength(3);
  expect(messages).toEqual(expect.arrayContaining([user('a'), user('b'), user('c')]));
  await clock.advance(LIFETIME_MS);
  expect(await mine.conversation('s' as never, 'c')).toEqual([]);
});
