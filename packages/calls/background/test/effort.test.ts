import type { Gate } from '@majordomo/core';
import { expect, it } from 'vitest';
import { jobsWorld, noStream, REQUEST } from './jobs-world.ts';
import { storeValue } from './world.ts';

const SPEC = 'openai/gpt-5.4';

it('reads at most two records per running job in a poll, however many jobs have ended', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ looks: 1000 }), before: noStream } });
  for (let at = 0; at < 10_000; at++) await storeValue(all.store, `ended-${at}`, '{}', { keepMs: 1e9 });
  const life = { isKilled: false };
  const starter = all.process({}, life);
  for (let at = 0; at < 10; at++) await all.settle(starter.model(SPEC).start(REQUEST, { key: String(at) }));
  life.isKilled = true;
  await all.clock.advance(31_000);
  all.counts.clear();
  await all.settle(all.process().poll());
  expect(all.counts.get('get')).toBe(10);
  expect(all.counts.get('put')).toBe(10);
});

it('writes the record of a job five times, and its id at the vendor once', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'an answer' } });
  await all.settle(all.process().model(SPEC).generate(REQUEST));
  // Creation, start, reference, answer, and the end of the remaining work.
  expect(all.counts.get('put')).toBe(5 + 1);
});

it('writes the record of a job four times if the vendor deletes nothing, and no ledger books its cost', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'an answer' } });
  await all.settle(all.process({ ledger: undefined }).model('xai/grok-4').generate(REQUEST));
  expect(all.counts.get('put')).toBe(4 + 1);
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
