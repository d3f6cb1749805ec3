import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { shuffled } from './statistics.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/**
 * @typedef {object} Job
 * @property {string} name
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
 * Runs every job once a round, in an order that changes each time: rounds are pairs, and no job always comes after the
 * same other.
 *
 * @param {readonly Job[]} jobs
 * @param {{ rounds: number, warmUp: number, random: () => number }} plan rounds of `warmUp` do not count: in them the
 *   machine code is made
 * @returns {Promise<Record<string, Series>>}
 */
export async function inRounds(jobs, { rounds, warmUp, random }) {
  const taken = Object.fromEntries(
    jobs.map(({ name }) => [name, { cpu: [], wall: [], results: [], error: undefined }]),
  );
  for (let round = -warmUp; round < rounds; round++)
    for (const { name, run } of shuffled(jobs, random)) {
      const series = taken[name];
      if (series.error !== undefined) continue;
      try {
        const cost = await costOf(run);
        if (round >= 0) keep(series, cost);
      } catch (error) {
        series.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
    }
  return taken;
}

function keep(series, { cpu, wall, result }) {
  series.cpu.push(cpu);
  series.wall.push(wall);
  series.results.push(result);
}

/** One run, from a clean heap. */
async function costOf(run) {
  collectGarbage();
  const used = process.cpuUsage();
  const start = performance.now();
  const result = await run();
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(used);
  return { cpu: user + system, wall, result };
}
