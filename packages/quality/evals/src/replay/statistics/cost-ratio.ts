import { designOf } from './design.ts';
import { stratifiedMean } from './stratified-mean.ts';
import { studentT } from './student.ts';
import type { Interval, Unit } from './unit.ts';

/** Returns the ratio of two totals, such as the costs of two models. The interval is symmetric on the logarithmic scale. */
export function ratioOfTotals<U extends Pick<Unit, 'kind' | 'conversation'>>(
  units: readonly U[],
  shares: readonly number[],
  after: (unit: U) => number,
  before: (unit: U) => number,
): Interval {
  const design = designOf(units, shares);
  const base = stratifiedMean(units, design, before).value;
  const value = stratifiedMean(units, design, after).value / base;
  const { variance } = stratifiedMean(units, design, (unit) => after(unit) - value * before(unit));
  const factor = Math.exp((studentT(design.freedom) * Math.sqrt(variance)) / (value * base));
  return { value, low: value / factor, high: value * factor };
}
