// `pnpm bench background`: measures the rows of "Background jobs" in apps/docs/performance-details.md. `--rounds 20`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inFigures, markdown } from '../src/report/table.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'majordomo-bench-background-'));
const server = fork(fileOf('server.mjs'));
try {
  const [url] = await once(server, 'message');
  const jobs = fork(fileOf('jobs.mjs'), [JSON.stringify({ url, folder, rounds: Number(values.rounds) })]);
  const [figures] = await Promise.race([
    once(jobs, 'message'),
    once(jobs, 'exit').then(() => {
      throw new Error('the measurement has failed');
    }),
  ]);
  const { liveUs, jobUs, writes, liveLatencyMs, jobLatencyMs, firstMs, againMs } = figures;
  const us = (value) => `${inFigures(value)} µs`;
  const ms = (value) => `${inFigures(value)} ms`;
  const rows = [
    ['live call, CPU above the SDK', us(liveUs), '–'],
    ['job, CPU above the same requests with the SDK', us(jobUs), '–'],
    ['ratio of both', inFigures(jobUs / liveUs), '8'],
    ['writes of the record of a job', inFigures(writes), '5'],
    ['delivery of a word above a live call', ms(jobLatencyMs - liveLatencyMs), '1 ms'],
    ['read of an answer of 1 MB from the vendor', ms(firstMs), '–'],
    ['read of this answer from SQLite', ms(againMs), '–'],
    ['ratio of both', inFigures(againMs / firstMs), '1.5'],
  ];
  console.log(markdown(['row', 'figure', 'bound'], rows));
} finally {
  server.kill();
  await rm(folder, { recursive: true });
}
