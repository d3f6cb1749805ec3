import { reader } from '../measure/measures.mjs';

/** How far a figure may be above its goal: a shared machine is never quiet. */
const SLACK = 1.15;

/**
 * @typedef {object} Verdict
 * @property {string} row
 * @property {string} wire
 * @property {number | undefined} goal `undefined`: a stretch only
 * @property {number | undefined} stretch
 * @property {string} unit
 * @property {number} figure
 * @property {boolean} ok
 */

/** @returns {Verdict[]} what could be measured; goals of wires that were left out are left out too */
export function judge(goals, measures) {
  const read = reader(measures);
  const isThere = (key, value) => measures.some((each) => each[key] === value);
  return goals
    .filter(({ beside }) => beside === undefined || isThere('subject', beside))
    .map(({ row, wire = '-', atMost, stretch, unit, figure }) => {
      const value = figure(read);
      const goal = Number.isFinite(atMost) ? atMost : undefined;
      return { row, wire, goal, stretch, unit, figure: value, ok: isWithin(value, atMost) };
    })
    .filter(({ wire }) => wire === '-' || isThere('wire', wire));
}

/**
 * The better of two tries of the same goals: noise makes figures worse, never better. What could not be measured is NaN, and
 * null once it was kept as JSON.
 */
export const better = (verdicts, others) =>
  verdicts.map((verdict, at) => {
    const other = others[at];
    return measured(other) < measured(verdict) ? other : verdict;
  });

const measured = ({ figure }) => (Number.isFinite(figure) ? figure : Infinity);

const isWithin = (figure, atMost) => figure <= atMost * SLACK;
