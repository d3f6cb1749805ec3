import { studentT } from '@majordomo/evals/internal';
import { designOf, type Design } from './design.ts';
import { stratifiedMean } from './stratified-mean.ts';
import type { Interval, Unit } from './unit.ts';

type Place = Pick<Unit, 'kind' | 'conversation'>;

/**
 * Returns the ratio of two totals, such as the costs of two models. Returns `undefined` if the total before is 0, or if it has no
 * interval, because one conversation has most of it.
 *
 * The interval is symmetric on the logarithmic scale. The error of a conversation is that of the jackknife: how much the ratio changes
 * without the conversation. The degrees of freedom are those of the effective number of conversations (Kish), which is small if few calls
 * have most of the total.
 */
export function ratioOfTotals<U extends Place>(
  units: readonly U[],
  shares: readonly number[],
  after: (unit: U) => number,
  before: (unit: U) => number,
): Interval | undefined {
  const design = designOf(units, shares);
  const base = stratifiedMean(units, design, before).value;
  const value = stratifiedMean(units, design, after).value / base;
  const parts = partsOf(units, design, (unit) => before(unit) / base);
  const effective = 1 / [...parts.values()].reduce((sum, part) => sum + part ** 2, 0);
  if (parts.size < 2 || effective < 2) return undefined;
  if (value === 0) return { value, low: 0, high: 0 };
  const { errors } = stratifiedMean(units, design, (unit) => after(unit) - value * before(unit));
  let variance = 0;
  for (const [conversation, error] of errors) variance += (error / (1 - (parts.get(conversation) ?? 0))) ** 2;
  const t = studentT(0.975, Math.min(design.freedom, effective - 1));
  const factor = Math.exp((t * Math.sqrt(variance)) / (value * base));
  return { value, low: value / factor, high: value * factor };
}

/** Returns the part that each conversation has in a total, without the conversations whose kind has no other one. */
function partsOf<U extends Place>(
  units: readonly U[],
  { shares, sizes, factors }: Design,
  partOf: (unit: U) => number,
): ReadonlyMap<Unit['conversation'], number> {
  const parts = new Map<Unit['conversation'], number>();
  for (const unit of units) {
    const { kind, conversation } = unit;
    const part = ((shares[kind] ?? 0) / (sizes[kind] ?? 1)) * partOf(unit);
    if (part > 0 && factors.get(conversation)?.[kind] !== 0)
      parts.set(conversation, (parts.get(conversation) ?? 0) + part);
  }
  return parts;
}
