import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { IdleTimeout } from './idle-timeout.ts';

function started() {
  const clock = fakeClock();
  const caller = new AbortController();
  const timeout = new IdleTimeout({
    signal: caller.signal,
    idleMs: 100,
    totalMs: 1000,
    clock,
    label: 'call',
  });
  return { clock, caller, timeout };
}

it('aborts after the idle time without a message', async () => {
  const { clock, timeout } = started();
  await clock.advance(99);
  timeout.touch();
  await clock.advance(99);
  expect(timeout.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(timeout.signal.reason).toMatchObject({ kind: 'timeout', details: { phase: 'idle' } });
});

it('aborts after the total time regardless of messages', async () => {
  const { clock, timeout } = started();
  for (let at = 0; at < 1000; at += 37) {
    timeout.touch();
    await clock.advance(37);
  }
  expect(timeout.signal.reason).toMatchObject({
    message: 'call: no result within 1000 ms; raise totalMs or connectMs',
    details: { phase: 'total' },
  });
});

it('does not count the time of nested pauses, and counts again after the last one', async () => {
  const { clock, timeout } = started();
  const [first, second] = [timeout.pause(), timeout.pause()];
  timeout.touch();
  first();
  await clock.advance(500);
  expect(timeout.signal.aborted).toBe(false);
  second();
  await clock.advance(100);
  expect(timeout.signal.aborted).toBe(true);
});

it('aborts with the reason of the caller', () => {
  const { caller, timeout } = started();
  caller.abort('enough');
  expect(timeout.signal.reason).toBe('enough');
});

it('leaves no timer when it is closed, also during a pause or before the last data', () => {
  const { clock, caller, timeout } = started();
  const resume = timeout.pause();
  timeout.close();
  resume();
  timeout.touch();
  caller.abort();
  expect([clock.pending, timeout.signal.aborted]).toEqual([0, false]);
});
