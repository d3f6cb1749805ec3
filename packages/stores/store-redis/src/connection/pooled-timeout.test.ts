import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { TickingTimeout } from './pooled-timeout.ts';

it('ends each wait separately, at its time or up to a fifth earlier', async () => {
  const clock = fakeClock();
  const waits = new TickingTimeout(clock, 250);
  const endedIds: number[] = [];
  const startWait = (id: number) => waits.start(() => endedIds.push(id));
  const [over] = [startWait(1), startWait(2)];
  await clock.advance(130);
  startWait(3);
  over();
  await clock.advance(119);
  expect(endedIds).toEqual([]);
  await clock.advance(1);
  expect(endedIds).toEqual([2]);
  await clock.advance(79);
  expect(endedIds).toEqual([2]);
  await clock.advance(51);
  expect(endedIds).toEqual([2, 3]);
});

it('has one timer for all waits, and none without a wait', async () => {
  let timers = 0;
  const clock = fakeClock();
  const waits = new TickingTimeout(
    {
      ...clock,
      timer: (ms, run) => {
        timers++;
        return clock.timer(ms, run);
      },
    },
    250,
  );
  for (let call = 0; call < 1000; call++) waits.start(() => undefined)();
  expect(timers).toBe(1);
  await clock.advance(10_000);
  expect(timers).toBe(1);
});
