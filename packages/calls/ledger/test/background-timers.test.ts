import { createMajordomo, user, type Clock } from '@majordomo/core';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createLedger, memoryStore, type LedgerOptions } from '../src/index.ts';
import { NOON, PRICED, reply } from './support/fixture.ts';

const slow: Turn = { ...(reply(1, 1) as object), delayMs: 500 };

/** Makes two parallel calls on a ledger and returns the timers that it sets, as `<ms> <foreground or background>`. */
async function timersOf(options: Pick<LedgerOptions, 'store' | 'whenDown'>): Promise<ReadonlySet<string>> {
  const clock = fakeClock(NOON);
  const timers = new Set<string>();
  const recording: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    timer: (ms, run, { isBackground = false } = {}) => {
      timers.add(`${ms} ${isBackground ? 'background' : 'foreground'}`);
      return clock.timer(ms, run);
    },
  };
  const limits = [{ name: 'day', max: { usd: '0.0015' }, per: 'day' }] as const;
  const ledger = createLedger({ catalog: PRICED, clock: recording, limits, ...options });
  const provider = fakeProvider({
    id: 'acme',
    vendor: 'acme',
    models: { x: [slow, slow] },
    clock,
  });
  const model = createMajordomo({ providers: [provider], gates: [ledger.gate], clock }).model('acme/x');
  const calls = [1, 2].map(() => model.generate({ messages: [user('hi')], maxTokens: 100 }));
  const allSettled = Promise.allSettled(calls);
  await clock.advance(60_000);
  await allSettled;
  return timers;
}

const rejectWithError = (): Promise<never> => Promise.reject(new Error('no disk'));

it('leases and polls do not keep the process alive, but a waiting call does', async () => {
  expect(await timersOf({})).toEqual(new Set(['10000 background', '100 background', '30000 foreground']));
});

it('the wait for the store keeps the process alive, but the wait for a booking and its retries do not', async () => {
  const store = { ...memoryStore(), reserve: rejectWithError, append: rejectWithError };
  const timers = await timersOf({ store, whenDown: 'admit' });
  expect(timers).toContain('250 foreground');
  expect([...timers].filter((timer) => timer.endsWith('foreground'))).toEqual(['250 foreground']);
  for (const timer of ['250 background', '30000 background', '1000 background', '2000 background'])
    expect(timers).toContain(timer);
});
