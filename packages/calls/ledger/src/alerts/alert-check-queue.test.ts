import { LlmError } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Outbox } from '../delivery/outbox.ts';
import { LimitCounters } from '../limits/limit-counters.ts';
import { memoryStore } from '../memory/memory-store.ts';
import { AlertCheckQueue } from './alert-check-queue.ts';
import { Alerts, type BookedAmount } from './alerts.ts';

const limit = new LimitCounters({ name: 'm', max: { requests: 100 }, per: 'ever' }, 0);
const booked = (counter: string, amount: bigint): BookedAmount => ({
  limit,
  counter,
  amount,
  tenant: undefined,
});

/** Creates checks that run with `check`, and records the counters and amounts that they check. */
function setUp(check: (amount: BookedAmount) => Promise<void>) {
  const clock = fakeClock();
  const checked: string[] = [];
  class RecordingAlerts extends Alerts {
    override onBooked(amount: BookedAmount): Promise<void> {
      checked.push(`${amount.counter} ${amount.amount}`);
      return check(amount);
    }
  }
  const alerts = new RecordingAlerts(memoryStore({ clock }), clock, () => undefined);
  const outbox = new Outbox(clock, () => undefined);
  return { clock, checked, outbox, checks: new AlertCheckQueue(alerts, outbox) };
}

it('runs one check at a time, and only the newest of each counter', async () => {
  let running = 0;
  const { checked, checks, outbox } = setUp(async () => {
    expect(++running).toBe(1);
    await Promise.resolve();
    running--;
  });
  for (let amount = 1n; amount <= 1000n; amount++)
    for (const counter of ['a', 'b']) checks.onBooked(booked(counter, amount));
  await outbox.flush();
  expect(checked).toEqual(['a 1', 'b 1000', 'a 1000']);
});

it('repeats a failed check with the newest amount, and then continues with other counters', async () => {
  let isDown = true;
  const { clock, checked, checks } = setUp(() =>
    isDown ? Promise.reject(new Error('down')) : Promise.resolve(),
  );
  checks.onBooked(booked('a', 1n));
  checks.onBooked(booked('b', 1n));
  checks.onBooked(booked('a', 2n));
  await clock.advance(0);
  isDown = false;
  await clock.advance(1000);
  expect(checked).toEqual(['a 1', 'a 2', 'b 1']);
});

it('continues with other counters after a check that hangs or that the store can never execute', async () => {
  const { clock, checked, checks } = setUp(async ({ counter, amount }) => {
    if (counter === 'long') throw new LlmError('invalid-request', 'the name is too long');
    if (counter === 'hangs' && amount === 1n) await new Promise(() => undefined);
  });
  for (const counter of ['long', 'hangs', 'a']) checks.onBooked(booked(counter, 1n));
  checks.onBooked(booked('hangs', 2n));
  await clock.advance(60_000);
  expect(checked).toEqual(['long 1', 'hangs 2', 'a 1']);
});

it('retains at most 10,000 counters, and the newest amount of each, while a check is running', async () => {
  const { signal } = new AbortController();
  const { clock, checked, checks, outbox } = setUp(({ counter }) =>
    counter === 'first' ? clock.sleep(1, signal) : Promise.resolve(),
  );
  checks.onBooked(booked('first', 1n));
  for (let number = 1; number <= 10_001; number++) checks.onBooked(booked(`c${number}`, 1n));
  checks.onBooked(booked('c1', 2n));
  await clock.advance(1);
  await outbox.flush();
  expect([checked.length, checked[1], checked.at(-1)]).toEqual([10_001, 'c1 2', 'c10000 1']);
});

it('ends with the outbox while the store is down', async () => {
  const { clock, checked, checks, outbox } = setUp(() => Promise.reject(new Error('down')));
  for (const counter of ['a', 'b']) checks.onBooked(booked(counter, 1n));
  await expect(outbox.close()).rejects.toThrow('down');
  expect([checked, clock.pending]).toEqual([['a 1', 'a 1'], 0]);
});
