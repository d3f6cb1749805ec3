import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { shuffled } from './statistics.mjs';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc');

/**
 * @typedef {object} Job
 * @property {string} name
 * @property {string} [wire] jobs of one wire are compared with each other
 * @property {() => Promise<unknown>} run what it returns is kept as `result`; a throw ends the job's part
 */

/**
 * @typedef {object} Series what one job took, a value a round, in µs
 * @property {number[]} cpu user and system time of this process, all threads
 * @property {number[]} wall
 * @property {unknown[]} results
 * @property {string | undefined} error
 */

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} warmUp rounds before, which do not count: in them the machine code is made
 * @property {() => number} random
 * @property {<T>(name: string, run: () => Promise<T>) => Promise<T>} [around] a profiler that looks on
 */

/**
 * Runs every job once a round, in an order that changes each time: rounds are pairs, and no job always comes after the
 * same other. Those of one wire follow each other: a machine that is shared is slow for seconds at a time, for all of them.
 *
 * @param {readonly Job[]} jobs
 * @param {Plan} plan
 * @returns {Promise<Record<string, Series>>}
 */
export async function inRounds(jobs, { rounds, warmUp, random, around = (_name, run) => run() }) {
  const taken = Object.fromEntries(
    jobs.map(({ name }) => [name, { cpu: [], wall: [], results: [], error: undefined }]),
  );
  for (let round = -warmUp; round < rounds; round++)
    for (const { name, run } of mixed(jobs, random)) {
      const series = taken[name];
      if (series.error !== undefined) continue;
      try {
        collectGarbage();
        if (round < 0) await run();
        else keep(series, await costOf(() => around(name, run)));
      } catch (error) {
        series.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
    }
  return taken;
}

const mixed = (jobs, random) =>
  shuffled(Object.values(Object.groupBy(jobs, ({ wire = '-' }) => wire)), random).flatMap((compared) =>
    shuffled(compared, random),
  );

function keep(series, { cpu, wall, result }) {
  series.cpu.push(cpu);
  series.wall.push(wall);
  series.results.push(result);
}

async function costOf(run) {
  const used = process.cpuUsage();
  const start = performance.now();
  const result = await run();
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(used);
  return { cpu: user + system, wall, result };
}
