import { shuffled } from './statistics.mjs';

/**
 * @typedef {object} Job
 * @property {string} subject
 * @property {() => Promise<unknown>} run throws if the answer is wrong. The error ends the measurement
 * @property {number} [per] calls, deltas or steps of one run
 *
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} warmUp rounds that do not count
 * @property {() => number} random
 */

/**
 * Runs every job once per round, in a new order each time. Values of the same round are a pair, because a machine that is
 * slow for a moment is slow for both values.
 *
 * @param {readonly Job[]} jobs
 * @param {Plan} plan
 * @param {(job: Job) => Promise<number>} [measure] default: µs of CPU of this process
 * @returns {Promise<Record<string, number[]>>} one value per round, by subject
 */
export async function inRounds(jobs, { rounds, warmUp, random }, measure = cpuOf) {
  const values = Object.fromEntries(jobs.map(({ subject }) => [subject, []]));
  for (let round = -warmUp; round < rounds; round++)
    for (const job of shuffled(jobs, random)) {
      const value = await measure(job);
      if (round >= 0) values[job.subject].push(value / (job.per ?? 1));
    }
  return values;
}

/**
 * Returns jobs that process a number of items with many items at once, and with a tenth of them at once, so that both process
 * the same number.
 *
 * @param {(count: number) => Promise<void>} work
 * @param {number} most items at once
 * @param {number} [times] repetitions, so that one run takes long enough to measure
 * @returns {Job[]}
 */
export const fewAndMany = (work, most, times = 1) =>
  ['few', 'many'].map((subject) => {
    const count = subject === 'few' ? most / 10 : most;
    const total = most * times;
    return {
      subject,
      per: total,
      async run() {
        for (let done = 0; done < total; done += count) await work(count);
      },
    };
  });

/** Returns a list of made items. */
export const list = (count, make) => Array.from({ length: count }, (_, at) => make(at));

/** Returns the value that the job's run returns. */
export const resultOf = ({ run }) => run();

async function cpuOf({ run }) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Throws if the answer is wrong, so that a subject that loses deltas does not appear faster. */
export function check(answer, expected) {
  if (answer !== expected) throw new Error(`wrong answer: ${String(answer).slice(0, 80)}`);
}
