/** Polls the job `j` until it is done. Prints its progress after each poll. The test kills this process at a request. */
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Redis } from 'ioredis';
import { clockAt, openBatches, type BatchWorld } from './batch-world.ts';

const { path, redis, ...world } = JSON.parse(process.argv[2] ?? '') as BatchWorld & {
  readonly path: string;
  readonly redis: string | undefined;
};
const clock = clockAt(world.time);
const sqlite = sqliteStores(path, { clock });
const client = redis === undefined ? undefined : new Redis(redis);
const stores =
  client === undefined
    ? sqlite
    : { records: redisStores({ client, timeoutMs: 30_000 }).records, ledger: sqlite.ledger };
const job = await openBatches(world, stores).batches.open('j');
for (let polls = 0; polls < 20; polls++) {
  const { state, answered } = await job.poll();
  console.log(state, answered);
  if (state === 'done') break;
}
client?.disconnect();
await sqlite.close();
