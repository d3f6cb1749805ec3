export const STRATEGIES = ['fill-first', 'round-robin', 'least-used', 'random'] as const;

/** Order in which keys are used. */
export type Strategy = 'fill-first' | 'round-robin' | 'least-used' | 'random';

/** Properties of a key that a strategy uses. */
interface Candidate {
  readonly inUse: number;
  readonly uses: number;
}

/** Settings of a strategy. */
export interface RingSettings {
  readonly strategy: Strategy;
  /** Number of calls in progress on a key at which another key is preferred. */
  readonly lease: number;
  /** Function that returns a number in [0, 1). */
  readonly random: () => number;
}

interface Situation<Key> extends RingSettings {
  /** Index of the key that was used last. */
  readonly last: number;
  readonly all: readonly Key[];
}

/** Selects a key with fewer than `lease` calls in progress. If no key has fewer, selects among the keys with the fewest calls. */
export function choose<Key extends Candidate>(
  usable: readonly Key[],
  situation: Situation<Key>,
): Key | undefined {
  const free = usable.filter(({ inUse }) => inUse < situation.lease);
  const fewest = Math.min(...usable.map(({ inUse }) => inUse));
  const candidates = free.length > 0 ? free : usable.filter(({ inUse }) => inUse === fewest);
  switch (situation.strategy) {
    case 'fill-first':
      return candidates[0];
    case 'least-used':
      return candidates.toSorted((one, other) => one.uses - other.uses)[0];
    case 'random':
      return candidates[Math.floor(situation.random() * candidates.length)] ?? candidates[0];
    case 'round-robin':
      return candidates.find((key) => situation.all.indexOf(key) > situation.last) ?? candidates[0];
    default:
      return situation.strategy satisfies never;
  }
}
