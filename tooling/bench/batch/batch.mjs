// `pnpm bench batch`: measures the rows of "Batch jobs" in apps/docs/performance-details.md. `--items 10000,100000`, `--redis`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from '@majordomo/services';
import { inFigures, markdown } from '../src/report/table.mjs';

const { values } = parseArgs({
  options: { items: { type: 'string', default: '10000,100000' }, redis: { type: 'boolean', default: false } },
});
const sizes = values.items.split(',').map(Number);
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Runs the job in a separate process, against a server in another process. */
async function measure(items, redis) {
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-bench-batch-'));
  const server = fork(fileOf('server.mjs'));
  try {
    const [url] = await once(server, 'message');
    const job = fork(fileOf('job.mjs'), [JSON.stringify({ items, folder, url, redis })]);
    const [figures] = await once(job, 'message');
    return figures;
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

const measured = [];
for (const items of sizes) measured.push(await measure(items));

const row = (name, bound, figureOf) => [name, ...measured.map((figures) => figureOf(figures)), bound];
const ms = (value) => `${inFigures(value)} ms`;
const rows = [
  row('`submit` into SQLite', '5 s', ({ submitMs }) => `${inFigures(submitMs / 1000)} s`),
  row('send, CPU per item', '1 ms', ({ sendCpuMs, items }) => ms(sendCpuMs / items)),
  row('read, CPU per item', '0.5 ms', ({ readCpuMs, items }) => ms(readCpuMs / items)),
  row('a poll with nothing to do', '5 ms', ({ idleMs }) => ms(idleMs)),
  row('requests of this poll per running batch', '1', ({ idleRequests }) => `${idleRequests}`),
  row('largest heap', '200 MB', ({ heapMb }) => `${inFigures(heapMb)} MB`),
];
if (values.redis) {
  const redis = await startRedis();
  const figures = [];
  for (const items of sizes) figures.push(await measure(items, redis.url));
  rows.splice(1, 0, [
    '`submit` into Redis',
    ...figures.map(({ submitMs }) => `${inFigures(submitMs / 1000)} s`),
    '15 s',
  ]);
  await redis.stop();
}
console.log(markdown(['row', ...sizes.map((items) => `${items.toLocaleString('en')} items`), 'bound'], rows));
process.exit(0);
