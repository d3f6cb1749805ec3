import { createAgent, defineTool } from '@majordomo/agent';
import { cached, memoryCache } from '@majordomo/cache';
import { createMajordomo, listeners, user, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { fakeProvider } from '@majordomo/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

const hi = { messages: [user('hi')] };
const down = new Error('the database is down');

/** What the process was told of promises that nobody heard: Node ends it for one. */
const unheard: unknown[] = [];
const hear = (reason: unknown): void => {
  unheard.push(reason);
};
beforeEach(() => {
  unheard.length = 0;
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('unhandledRejection', hear);
});

type Observe = (what: unknown) => unknown;

/** Writes what it is told to a database. */
function observer(): { readonly told: readonly unknown[]; readonly observe: Observe } {
  const told: unknown[] = [];
  const observe = (what: unknown): unknown => {
    told.push(what);
    return Promise.reject(down);
  };
  return { told, observe };
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
    'onEvent, of a bench by hand',
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
    (heard) => {
      const { health } = answering();
      health.onChange(heard);
      health.bench('f/m', 1000);
    },
  ],
  [
    'onEvent of a cache',
    (onEvent) =>
      cached(answering().model('f/m'), { store: memoryCache(), namespace: 'a', onEvent }).generate(hi),
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
    (tell) => {
      const onStep = async (step: unknown): Promise<void> => {
        await tell(step);
      };
      return createAgent({ model: answering().model('f/m'), tools: [tool], onStep }).run('hi');
    },
  ],
])('a promise of %s that rejects ends no process, and changes nothing', async (_, act) => {
  const { told, observe } = observer();
  await act(observe);
  // Node emits `unhandledRejection` only after the microtasks have run.
  await new Promise(setImmediate);
  expect(told).not.toEqual([]);
  expect(unheard).toEqual([]);
});
