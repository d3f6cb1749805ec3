/** Submits the job `j`, and waits forever before item `pauseAt`. The test kills this process when that line is printed. */
import { sqliteStores } from '@majordomo/store-sqlite';
import { setTimeout } from 'node:timers';
import { clockAt, manyItems, openBatches, SPECS, type BatchWorld } from './batch-world.ts';

const { path, pauseAt, ...world } = JSON.parse(process.argv[2] ?? '') as BatchWorld & {
  readonly path: string;
  readonly pauseAt: number;
};
const { batches } = openBatches(world, sqliteStores(path, { clock: clockAt(world.time) }));
async function* items() {
  for (const [at, item] of manyItems().entries()) {
    if (at === pauseAt) {
      console.log('waiting');
      // The timer keeps the process alive.
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    }
    yield item;
  }
}
await batches.submit({ key: 'j', spec: SPECS.responses, items: items() });
