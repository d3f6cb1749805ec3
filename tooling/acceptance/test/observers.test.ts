import { createAgent, defineTool } from '@majordomo/agent';
import { cached } from '@majordomo/cache';
import { createMajordomo, listeners, user, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { fakeProvider } from '@majordomo/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

const hi = { messages: [user('hi')] };
const down = new Error('the database is down');

/** Reasons of unhandled rejections. Without this listener, Node ends the process. */
const unhandledRejections: unknown[] = [];
const recordRejection = (reason: unknown): void => {
  unhandledRejections.push(reason);
};
beforeEach(() => {
  unhandledRejections.length = 0;
  process.on('unhandledRejection', recordRejection);
});
afterEach(() => {
  process.off('unhandledRejection', recordRejection);
});

type Observe = (value: unknown) => unknown;

/** Creates an observer that rejects every time, like one whose database is down. */
function observer(): { readonly observations: readonly unknown[]; readonly observe: Observe } {
  const observations: unknown[] = [];
  const observe = (value: unknown): unknown => {
    observations.push(value);
    return Promise.reject(down);
  };
  return { observations, observe };
}

const answering = (options: Partial<MajordomoOptions> = {}): Majordomo =>
  createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: ['hi', 'hi'] } })], ...options });

async function* failing(): AsyncGenerator<object> {
  yield await Promise.resolve({ type: 'one' });
  throw new Error('the app failed');
}

const tool = defineTool({ name: 't', description: 't', parameters: { type: 'object' }, run: () => 'done' });
const limits = [{ name: 'calls', max: { requests: 1 }, per: 'hour', alertAt: [0.5] }] as const;

it.each<[string, (observe: Observe) => unknown]>([
  ['onEvent of a call', (onEvent) => answering({ onEvent }).model('f/m').generate(hi)],
  [
    'onEvent for a manual bench',
    (onEvent) => {
      answering({ onEvent }).health.bench('f/m', 1000);
    },
  ],
  [
    'one of several listeners',
    (one) =>
      answering({ onEvent: listeners(one) })
        .model('f/m')
        .generate(hi),
  ],
  [
    'health.onChange',
    (onChange) => {
      const { health } = answering();
      health.onChange(onChange);
      health.bench('f/m', 1000);
    },
  ],
  [
    'onEvent of a cache',
    (onEvent) =>
      cached(answering().model('f/m'), { records: memoryRecords(), namespace: 'a', onEvent }).generate(hi),
  ],
  [
    'onRecord of a ledger',
    (onRecord) =>
      answering({ gates: [createLedger({ store: memoryStore(), onRecord }).gate] })
        .model('f/m')
        .generate(hi),
  ],
  [
    'onAlert of a ledger',
    (onAlert) =>
      answering({ gates: [createLedger({ store: memoryStore(), limits, onAlert }).gate] })
        .model('f/m')
        .generate(hi),
  ],
  ['onError of an event stream', (onError) => sseResponse(failing(), { onError }).text()],
  [
    'onStep of an agent',
    (observeStep) => {
      const onStep = async (step: unknown): Promise<void> => {
        await observeStep(step);
      };
      return createAgent({ model: answering().model('f/m'), tools: [tool], onStep }).run('hi');
    },
  ],
])('a rejected promise of %s causes no failure and no unhandled rejection', async (_, act) => {
  const { observations, observe } = observer();
  await act(observe);
  // Node emits `unhandledRejection` only after the microtasks have run.
  await new Promise(setImmediate);
  expect(observations).not.toEqual([]);
  expect(unhandledRejections).toEqual([]);
});
