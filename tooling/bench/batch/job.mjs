// Submits, sends and reads a job of the size in its argument. Sends CPU times, times and the largest heap.
import { createBatches } from '@majordomo/batch';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { median } from '../src/measure/statistics.mjs';

const { items, folder, url, redis } = JSON.parse(process.argv[2]);
const IDLE_POLLS = 15;
const TEXT = 'x'.repeat(1000);

let heap = 0;
setInterval(() => {
  heap = Math.max(heap, process.memoryUsage().heapUsed);
}, 10).unref();

/** Returns the time and the CPU time of the work in milliseconds, and its result. */
async function timed(work) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await work();
  const { user: own, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpuMs: (own + system) / 1000, result };
}

let requests = 0;
const countingFetch = (input, init) => {
  requests++;
  return fetch(input, init);
};
const sqlite = sqliteStores(join(folder, 'jobs.db'));
const client = redis === undefined ? undefined : new Redis(redis);
const { records } = client === undefined ? sqlite : redisStores({ client, timeoutMs: 30_000 });
const limits = [{ name: 'money', max: { usd: '1000000' }, per: 'ever' }];
const majordomo = createMajordomo({
  providers: [createOpenAI({ apiKey: 'sk-bench', baseURL: url })],
  fetch: countingFetch,
});
const ledger = createLedger({ store: sqlite.ledger, limits, storeTimeoutMs: 30_000 });
const batches = createBatches({ majordomo, records, ledger, folder });

function* requestsOf() {
  for (let at = 0; at < items; at++)
    yield { id: `item-${at}`, request: { messages: [user(`${at} ${TEXT}`)], maxTokens: 100 } };
}

const submit = await timed(() =>
  batches.submit({ key: `bench-${items}`, spec: 'openai/gpt-4.1', items: requestsOf() }),
);
const figures = { items, submitMs: submit.ms };
if (client === undefined) Object.assign(figures, await run(submit.result));
process.send({ ...figures, heapMb: heap / 1e6 }, () => process.exit(0));

/** Polls the job to its end and reads its results. */
async function run(job) {
  const send = await timed(() => job.poll());
  const running = send.result.batches.length;
  const idle = [];
  requests = 0;
  for (let poll = 0; poll < IDLE_POLLS; poll++) idle.push((await timed(() => job.poll())).ms);
  const idleRequests = requests / IDLE_POLLS / running;
  const read = await timed(async () => {
    let state;
    do ({ state } = await job.poll());
    while (state !== 'done');
    let answered = 0;
    for await (const { response } of job.results()) if (response !== undefined) answered++;
    return answered;
  });
  if (read.result !== items) throw new Error(`${read.result} of ${items} items were answered`);
  return { sendCpuMs: send.cpuMs, idleMs: median(idle), idleRequests, readCpuMs: read.cpuMs };
}
