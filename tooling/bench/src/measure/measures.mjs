import { inRounds } from './rounds.mjs';
import { median, medianExcess, medianRatio } from './statistics.mjs';

/**
 * @typedef {object} Measure what one subject took for one thing, a value a round
 * @property {string} metric
 * @property {string} title
 * @property {string} unit
 * @property {string} wire `-` where no wire is involved
 * @property {string} subject
 * @property {number[]} values
 * @property {string | undefined} error
 */

/**
 * Paired rounds of all jobs.
 *
 * @param {import('../scenarios/scenario.mjs').Context} context
 * @param {object} what
 * @param {string} what.unit
 * @param {readonly { metric: string, title: string, wire: string, subject: string, per?: number, run: () => Promise<unknown> }[]} what.jobs
 *   `per`: what one run is divided by
 * @param {(series: import('./rounds.mjs').Series) => number[]} [what.values] default: CPU time
 * @returns {Promise<Measure[]>}
 */
export async function measure(context, { unit, jobs, values = ({ cpu }) => cpu }) {
  const named = jobs.map((job) => ({ ...job, name: `${job.metric} ${job.wire} ${job.subject}` }));
  const taken = await inRounds(named, context);
  return named.map(({ name, metric, title, wire, subject, per = 1 }) => {
    const { error, ...series } = taken[name];
    return { metric, title, unit, wire, subject, values: values(series).map((value) => value / per), error };
  });
}

/** Looks figures up in measures; `NaN` for what was not measured or failed. */
export function reader(measures) {
  const valuesOf = (metric, wire, subject) => {
    const found = measures.find(
      (each) => each.metric === metric && each.wire === wire && each.subject === subject,
    );
    return found === undefined || found.error !== undefined ? [] : found.values;
  };
  return {
    value: (metric, wire, subject = 'majordomo') => median(valuesOf(metric, wire, subject)),
    /** How many times of another subject, pair by pair. */
    ratio: (metric, wire, other, subject = 'majordomo') =>
      medianRatio(valuesOf(metric, wire, subject), valuesOf(metric, wire, other)),
    excess: (metric, wire, other, subject = 'majordomo') =>
      medianExcess(valuesOf(metric, wire, subject), valuesOf(metric, wire, other)),
    /** How many times of the same subject in another metric. */
    growth: (metric, from, wire, subject = 'majordomo') =>
      medianRatio(valuesOf(metric, wire, subject), valuesOf(from, wire, subject)),
  };
}
