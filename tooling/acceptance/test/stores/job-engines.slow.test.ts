import { createBackground } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { describeEngine } from '../../src/stores/describe-engine.ts';
import { ENGINES, openStores } from '../../src/stores/job-engines.ts';
import { SPACE } from '../../src/stores/job-world.ts';
import { compareWithModel } from '../../src/stores/record-model.ts';

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

it('records behave like the model in memory', () =>
  compareSeeds(async (seed) => {
    const clock = fakeClock(1_000_000);
    await compareWithModel(seed, [memoryRecords({ clock })], { clock, steps: STEPS });
  }));

const request = { messages: [user('hi')] };
const jobsOf = (records: RecordStore, turns: readonly Turn[]) => {
  const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'a', models: { m: turns } })] });
  return createBackground({ majordomo, records });
};

/** Minimum time of several searches for due jobs, in milliseconds. A busy machine does not change it. */
async function timeOfDue(records: RecordStore): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 30; run++) {
    const begin = performance.now();
    await records.list(SPACE, { order: 'due', limit: 100, values: false });
    times.push(performance.now() - begin);
  }
  return Math.min(...times);
}

describe.each(ENGINES)('jobs', (engine) => {
  describeEngine(engine, (server) => {
    it(
      'keep records like the model, over two connections',
      () =>
        compareSeeds(async (seed) => {
          const place = { engine, address: server().address, name: `random_${seed}` };
          const clock = engine === 'sqlite' ? fakeClock(1_000_000) : undefined;
          await using first = openStores(place, clock);
          await using second = openStores(place, clock);
          const options = clock === undefined ? { steps: STEPS } : { steps: STEPS, clock };
          await compareWithModel(seed, [first.records, second.records], options);
        }),
      TIMEOUT_MS,
    );

    // With SOAK=1, as in the nightly run, with all engines.
    it.runIf(IS_SOAK || engine === 'sqlite')(
      'are polled without the 10,000 jobs that have ended',
      async () => {
        await using stores = openStores({ engine, address: server().address, name: 'polled' });
        const { records } = stores;
        const starter = jobsOf(records, ['x', { hang: true }]);
        await (await starter.model('a/m').start(request, { key: 'ended' })).result();
        const hanging = await starter.model('a/m').start(request, { key: 'hanging' });
        await expect.poll(async () => (await hanging.status()).state).toBe('running');
        const valueOf = async (key: string): Promise<string> =>
          (await records.get(SPACE, `["${key}"]`))?.value ?? '';
        const running = await valueOf('hanging');
        await hanging.cancel();
        const ended = await valueOf('ended');
        const put = (key: string, value: string) => ({ type: 'put', key: `["${key}"]`, value }) as const;
        await records.write(
          SPACE,
          Array.from({ length: 10 }, (_, at) => ({ ...put(`running ${at}`, running), dueMs: at - 10 })),
        );
        const before = await timeOfDue(records);
        for (let at = 0; at < 10_000; at += 500)
          await records.write(
            SPACE,
            Array.from({ length: 500 }, (_, more) => ({
              ...put(`ended ${at + more}`, ended),
              keepMs: 604_800_000,
            })),
          );
        expect(await timeOfDue(records)).toBeLessThan(before * 2 + 1);

        let reads = 0;
        const counted: RecordStore = { ...records, get: (...args) => (reads++, records.get(...args)) };
        const next = jobsOf(
          counted,
          Array.from({ length: 10 }, () => 'done'),
        );
        expect(await next.poll()).toEqual({ nextMs: undefined });
        expect(reads).toBeLessThanOrEqual(20);
        const job = await next.open('running 7');
        expect((await job.status()).state).toBe('completed');
      },
      TIMEOUT_MS,
    );
  });
});
