import { ROWS } from './rows.mjs';

/** Tolerance above a bound, because ratios vary by this factor between runs. */
const SLACK = 1.15;
/** Units of processor time. Aborts, whose unit is "ms", are judged as measured, because their bound is a promise to users. */
const PROCESSOR_TIME = /^(µs|ms|s) (CPU|above SDK)/;

/**
 * @typedef {object} Verdict
 * @property {string} row
 * @property {string} wire wire with the worst figure
 * @property {number | undefined} goal
 * @property {string} unit
 * @property {number} figure a time of the processor is the time that the reference machine needs
 * @property {boolean} ok
 * @property {boolean} isGate whether a release requires it: a ratio within a round, which does not depend on the machine
 */

/**
 * Judges the rows of the suites that were measured. A row without a figure is omitted if one of its subjects is not
 * installed.
 *
 * @param {Record<string, Record<string, object>>} measured measures by suite and wire
 * @param {number} slowness times as long as the reference machine that this machine needs
 * @returns {Verdict[]}
 */
export function judge(measured, slowness, rows = ROWS) {
  return rows.flatMap(({ row, suite, wires, atMost: goal, unit, figure }) => {
    const scale = PROCESSOR_TIME.test(unit) ? 1 / slowness : 1;
    const figures = wires
      .filter((wire) => measured[suite]?.[wire] !== undefined)
      .map((wire) => ({ wire, figure: figure(measured[suite][wire]) * scale }))
      .filter((each) => Number.isFinite(each.figure))
      .toSorted((a, b) => b.figure - a.figure);
    if (figures.length === 0) return [];
    const [worst] = figures;
    const ok = goal === undefined || worst.figure <= goal * SLACK;
    return [{ row, wires, ...worst, goal, unit, ok, isGate: unit.startsWith('×') }];
  });
}
