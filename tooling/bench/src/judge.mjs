import { ROWS } from './rows.mjs';

/** Tolerance above a bound, because ratios vary by this factor between runs. */
const SLACK = 1.15;

/**
 * @typedef {object} Verdict
 * @property {string} row
 * @property {string} wire wire with the worst figure
 * @property {number | undefined} goal
 * @property {string} unit
 * @property {number} figure
 * @property {boolean} ok
 */

/**
 * Judges the rows of the suites that were measured. A row without a figure is omitted if one of its subjects is not
 * installed.
 *
 * @param {Record<string, Record<string, object>>} measured measures by suite and wire
 * @returns {Verdict[]}
 */
export function judge(measured, rows = ROWS) {
  return rows.flatMap(({ row, suite, wires, atMost: goal, unit, figure }) => {
    const figures = wires
      .filter((wire) => measured[suite]?.[wire] !== undefined)
      .map((wire) => ({ wire, figure: figure(measured[suite][wire]) }))
      .filter((each) => Number.isFinite(each.figure))
      .toSorted((a, b) => b.figure - a.figure);
    if (figures.length === 0) return [];
    const [worst] = figures;
    return [{ row, wires, ...worst, goal, unit, ok: goal === undefined || worst.figure <= goal * SLACK }];
  });
}
