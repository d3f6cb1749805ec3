import type { ScoredUnit } from './results.ts';
import { scoreOf } from './strata.ts';

const EXAMPLES = 3;

/** Returns the ids of at most three units of different conversations, those with the lowest scores first. */
export function examplesOf(units: readonly ScoredUnit[]): readonly string[] {
  const rank = ({ candidate }: ScoredUnit): number => (candidate === undefined ? 1 : scoreOf(candidate));
  const sorted = units.toSorted((a, b) => rank(a) - rank(b) || compare(a.id, b.id));
  const first = new Map<string, string>();
  for (const { conversation, id } of sorted) if (!first.has(conversation)) first.set(conversation, id);
  return [...first.values()].slice(0, EXAMPLES);
}

/** Returns the values with their numbers, the most frequent first. */
export function countsOf(values: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || compare(a, b)));
}

/** Compares two names by their UTF-16 units, so that the order does not depend on the machine. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
