import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { describe, it } from 'vitest';
import { describeEngine } from '../../src/stores/describe-engine.ts';
import { ENGINES, openStores } from '../../src/stores/job-engines.ts';
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

describe.each(ENGINES)('records', (engine) => {
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
          await compareWithModel(seed, [first.records, second.records], options);
        }),
      TIMEOUT_MS,
    );
  });
});
