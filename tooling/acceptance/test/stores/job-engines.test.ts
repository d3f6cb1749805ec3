import { createBackground, memoryJobStore, type JobStore } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { describeEngine } from '../../src/stores/describe-engine.ts';
import { ENGINES, openStores } from '../../src/stores/job-engines.ts';
import { compareWithModel } from '../../src/stores/job-model.ts';

const IS_SOAK = process.env['SOAK'] !== undefined;
/** Seeds of the random changes. With SOAK=1, as in the nightly run, twenty times as many. */
const SEEDS = Array.from({ length: IS_SOAK ? 40 : 2 }, (_, seed) => seed);
const STEPS = 100;
const TIMEOUT_MS = 300_000;

async function compareSeeds(run: (seed: number) => Promise<void>): Promise<void> {
  for (const seed of SEEDS)
    await run(seed).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    });
}

it('behaves like the model in memory', () =>
  compareSeeds(async (seed) => {
    const clock = fakeClock(1_000_000);
    await compareWithModel(seed, [memoryJobStore({ clock })], { clock, steps: STEPS });
  }));

const request = { messages: [user('hi')] };
const jobsOf = (store: JobStore, turns: readonly Turn[]) => {
  const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'a', models: { m: turns } })] });
  return createBackground({ majordomo, store });
};

/** Minimum time of several searches for due jobs, in milliseconds. A busy machine does not change it. */
async function timeOfDue(store: JobStore): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 30; run++) {
    const begin = performance.now();
    await store.due(100);
    times.push(performance.now() - begin);
  }
  return Math.min(...times);
}

describe.each(ENGINES)('jobs', (engine) => {
  describeEngine(engine, (server) => {
    it(
      'behave like the model, over two connections',
      () =>
        compareSeeds(async (seed) => {
          const place = { engine, address: server().address, name: `random_${seed}` };
          const clock = engine === 'sqlite' ? fakeClock(1_000_000) : undefined;
          await using first = openStores(place, clock);
          await using second = openStores(place, clock);
          const options = clock === undefined ? { steps: STEPS } : { steps: STEPS, clock };
          await compareWithModel(seed, [first.jobs, second.jobs], options);
        }),
      TIMEOUT_MS,
    );

    // With SOAK=1, as in the nightly run, with all engines.
    it.runIf(IS_SOAK || engine === 'sqlite')(
      'are polled without the 10,000 jobs that have ended',
      async () => {
        await using stores = openStores({ engine, address: server().address, name: 'polled' });
        const { jobs } = stores;
        const starter = jobsOf(jobs, ['x', { hang: true }]);
        await (await starter.model('a/m').start(request, { key: 'ended' })).result();
        const hanging = await starter.model('a/m').start(request, { key: 'hanging' });
        await expect.poll(async () => (await hanging.status()).state).toBe('running');
        const running = (await jobs.load('["hanging"]'))?.record ?? '';
        await hanging.cancel();
        const ended = (await jobs.load('["ended"]'))?.record ?? '';
        for (let at = 0; at < 10; at++) await jobs.save(`["running ${at}"]`, running, 0, { dueMs: at - 10 });
        const before = await timeOfDue(jobs);
        for (let at = 0; at < 10_000; at += 500)
          await Promise.all(
            Array.from({ length: 500 }, (_, more) =>
              jobs.save(`["ended ${at + more}"]`, ended, 0, { keepMs: 604_800_000 }),
            ),
          );
        expect(await timeOfDue(jobs)).toBeLessThan(before * 2 + 1);

        let loads = 0;
        const counted: JobStore = { ...jobs, load: (key) => (loads++, jobs.load(key)) };
        const next = jobsOf(
          counted,
          Array.from({ length: 10 }, () => 'done'),
        );
        expect(await next.poll()).toEqual({ nextMs: undefined });
        expect(loads).toBeLessThanOrEqual(20);
        const job = await next.open('running 7');
        expect((await job.status()).state).toBe('completed');
      },
      TIMEOUT_MS,
    );
  });
});
