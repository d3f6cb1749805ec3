import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { Lease, Watch } from './timers.ts';

it('an attempt that waits for its gates has lapsed after a quarter of an hour and a second', async () => {
  const clock = manualClock();
  const lifeline = new Lease(clock, 5);
  await clock.advance(901_000);
  expect(lifeline.isLapsed).toBe(false);
  await clock.advance(1);
  expect(lifeline.isLapsed).toBe(true);
});

it('one that has begun lapses a second after its own limits and its reader’s time', async () => {
  const clock = manualClock();
  const lifeline = new Lease(clock, 5);
  await clock.advance(1_000_000);
  const timeouts = { firstContentMs: 10 };
  lifeline.begun(
    new Watch({ clock, target: 'a/x', timeouts, isNonStreaming: false, onTimeout: () => undefined }),
  );
  await clock.advance(1015);
  expect(lifeline.isLapsed).toBe(false);
  await clock.advance(1);
  expect(lifeline.isLapsed).toBe(true);
});
