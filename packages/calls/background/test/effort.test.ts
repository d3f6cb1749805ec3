import type { Gate } from '@majordomo/core';
import { expect, it } from 'vitest';
import { memoryJobStore, type JobStore } from '../src/index.ts';
import { jobsWorld, noStream, REQUEST } from './jobs-world.ts';

const SPEC = 'openai/gpt-5.4';

/** Returns a store that counts its calls. */
function counting(inner: JobStore): {
  readonly store: JobStore;
  readonly counts: Record<'load' | 'save', number>;
} {
  const counts = { load: 0, save: 0 };
  return {
    counts,
    store: {
      ...inner,
      load(key) {
        counts.load++;
        return inner.load(key);
      },
      save(key, record, version, times) {
        counts.save++;
        return inner.save(key, record, version, times);
      },
    },
  };
}

it('reads at most two records per running job in a poll, however many jobs have ended', async () => {
  const { store, counts } = counting(memoryJobStore());
  const ended = JSON.stringify({ format: 1, state: 'completed', legs: [] });
  for (let at = 0; at < 10_000; at++) await store.save(`ended-${at}`, ended, 0, { keepMs: 1e9 });
  await using all = await jobsWorld({
    server: { plan: () => ({ looks: 1000 }), before: noStream },
    store,
  });
  const life = { isKilled: false };
  const starter = all.process({}, life);
  for (let at = 0; at < 10; at++) await all.settle(starter.model(SPEC).start(REQUEST, { key: String(at) }));
  life.isKilled = true;
  await all.clock.advance(31_000);
  counts.load = 0;
  await all.settle(all.process().poll());
  expect(counts.load).toBeLessThanOrEqual(20);
});

it('writes the record of a job five times', async () => {
  const { store, counts } = counting(memoryJobStore());
  await using all = await jobsWorld({ server: { plan: () => 'an answer' }, store });
  await all.settle(all.process().model(SPEC).generate(REQUEST));
  // Creation, start, reference, answer, and the end of the remaining work.
  expect(counts.save).toBe(5);
});

it('writes the record of a job four times if the vendor deletes nothing, and no ledger books its cost', async () => {
  const { store, counts } = counting(memoryJobStore());
  await using all = await jobsWorld({ server: { plan: () => 'an answer' }, store });
  await all.settle(all.process({ ledger: undefined }).model('xai/grok-4').generate(REQUEST));
  expect(counts.save).toBe(4);
});

it('asks the gates once for a job that succeeds', async () => {
  let prepared = 0;
  const gate: Gate = {
    name: 'counter',
    batches: true,
    admit: () => {
      prepared++;
      return undefined;
    },
  };
  await using all = await jobsWorld({ server: { plan: () => 'an answer' }, gates: [gate] });
  await all.settle(all.process().model(SPEC).generate(REQUEST));
  expect(prepared).toBe(1);
});
