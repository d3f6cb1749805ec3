import type { Unit } from './unit.ts';

/** Kind and the probability of its losses if the new answers were as good. */
export interface TestedKind {
  readonly kind: number;
  readonly p: number;
}

/** Tests each kind by the signs of its conversations. */
export function testKinds(
  units: readonly Pick<Unit, 'kind' | 'conversation' | 'score'>[],
  kinds: number,
): readonly TestedKind[] {
  return Array.from({ length: kinds }, (_, kind) => ({
    kind,
    p: chanceOf(units.filter((unit) => unit.kind === kind)),
  }));
}

/** Returns the probability of so many worse conversations if the answers were as good. */
function chanceOf(units: readonly Pick<Unit, 'conversation' | 'score'>[]): number {
  const totals = new Map<Unit['conversation'], number>();
  for (const { conversation, score } of units)
    totals.set(conversation, (totals.get(conversation) ?? 0) + score);
  const signs = [...totals.values()].filter((total) => total !== 0);
  return signTest(signs.filter((total) => total < 0).length, signs.length);
}

/**
 * Returns the kinds that got worse, the most certain one first (the rule of Benjamini and Hochberg): at most a tenth of the named kinds is
 * named by chance, on average.
 */
export function worseKinds(tested: readonly TestedKind[]): readonly number[] {
  const sorted = tested.toSorted((a, b) => a.p - b.p);
  const last = sorted.findLastIndex(({ p }, rank) => p <= (0.1 * (rank + 1)) / sorted.length);
  return sorted.slice(0, last + 1).map(({ kind }) => kind);
}

/** Returns the probability of at least `losses` heads in `total` tosses of a coin. */
export function signTest(losses: number, total: number): number {
  // The probability of no head is 0 as a number from 1,075 tosses on, so its logarithm is used.
  let logarithm = total * Math.log(0.5);
  let tail = 0;
  for (let heads = 0; heads <= total; heads++) {
    if (heads >= losses) tail += Math.exp(logarithm);
    logarithm += Math.log((total - heads) / (heads + 1));
  }
  return Math.min(1, tail);
}
