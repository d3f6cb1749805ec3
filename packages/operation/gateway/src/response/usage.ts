import type { Usage } from '@majordomo/core';

const COUNTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

/** Returns the sum of the usage of all choices, or `undefined` if no choice has usage. */
export function sumOfUsage(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  const [first] = known;
  if (first === undefined || known.length === 1) return first;
  const total = (name: (typeof COUNTS)[number]): number | undefined =>
    known.some((usage) => usage[name] !== undefined)
      ? known.reduce((sum, usage) => sum + (usage[name] ?? 0), 0)
      : undefined;
  return Object.fromEntries(COUNTS.map((name) => [name, total(name)])) as unknown as Usage;
}
