import { signsOf, type Signs } from '../statistics/worse-kinds.ts';
import type { ScoredUnit } from './results.ts';

/** Unit that takes part in the search for groups, with its score. */
export interface Cell {
  readonly unit: ScoredUnit;
  readonly score: number;
}

/** Units with equal values of one or two features. */
export interface Group {
  readonly features: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

const LEAST_UNITS = 8;
const LEAST_CONVERSATIONS = 5;
/** Name of the feature that is the kind of a unit. */
const KIND = 'kind';

/**
 * Returns a function that finds the groups with at least 8 units of at least 5 conversations among some of these cells. Of several groups
 * with equal units, only the first is returned: one feature is before two, and features of the request are before its kind.
 */
export function groupFinder(all: readonly Cell[]): (cells: readonly Cell[]) => readonly Group[] {
  const features = new Features();
  const keys = new Map(all.map((cell) => [cell, keysOf(features.of(cell.unit))]));
  return (cells) => groupsOf(cells, keys, features);
}

function groupsOf(
  cells: readonly Cell[],
  keys: ReadonlyMap<Cell, readonly number[]>,
  features: Features,
): readonly Group[] {
  const positions = new Map<number, number[]>();
  for (const [at, cell] of cells.entries())
    for (const key of keys.get(cell) ?? []) {
      const found = positions.get(key);
      if (found === undefined) positions.set(key, [at]);
      else found.push(at);
    }
  const distinct = new Map<string, Group>();
  const large = [...positions]
    .filter(([, members]) => members.length >= LEAST_UNITS)
    .map(([key, members]) => ({ ...features.named(key), members }))
    .sort((a, b) => a.rank - b.rank);
  for (const group of large) {
    const key = group.members.join();
    if (distinct.has(key)) continue;
    const own = group.members.flatMap((at) => cells[at] ?? []);
    distinct.set(key, { features: inOrder(group.pairs, own), cells: own });
  }
  return [...distinct.values()].filter(hasConversations);
}

/** Returns the features of a group in the order in which its units have them. */
function inOrder(pairs: readonly Pair[], cells: readonly Cell[]): Group['features'] {
  const order = [KIND, ...Object.keys(cells[0]?.unit.features ?? {})];
  return Object.fromEntries(pairs.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

/** Largest number of different values of all features. */
const MAX_VALUES = 2 ** 26;

/** Returns a key for each value, and one for each pair of values. */
function keysOf(values: readonly number[]): readonly number[] {
  const keys: number[] = [];
  for (const [at, first] of values.entries()) {
    keys.push(first);
    for (const second of values.slice(at + 1)) keys.push((first + 1) * MAX_VALUES + second);
  }
  return keys;
}

type Pair = readonly [name: string, value: string];

/** Numbers of feature values, because numbers are faster keys than names. */
class Features {
  readonly #pairs: Pair[] = [];
  readonly #positions = new Map<string, number>();

  /** Returns the numbers of the values of a unit, in the order of the names of their features. */
  of({ features, kind }: ScoredUnit): readonly number[] {
    const pairs = Object.entries({ [KIND]: kind, ...features });
    return pairs.sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => this.#positionOf(pair));
  }

  #positionOf(pair: Pair): number {
    const key = pair.join('\0');
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    this.#positions.set(key, this.#pairs.length);
    return this.#pairs.push(pair) - 1;
  }

  /** Returns names and values of a key. Simple names have low ranks; the kind is often a name for several features. */
  named(key: number): { readonly pairs: readonly Pair[]; readonly rank: number } {
    const positions = key < MAX_VALUES ? [key] : [Math.floor(key / MAX_VALUES) - 1, key % MAX_VALUES];
    const pairs = positions.flatMap((at) => {
      const pair = this.#pairs[at];
      return pair === undefined ? [] : [pair];
    });
    return { pairs, rank: pairs.length + (pairs.some(([name]) => name === KIND) ? 1.5 : 0) };
  }
}

function hasConversations({ cells }: Group): boolean {
  const found = new Set<string>();
  return cells.some(({ unit }) => found.add(unit.conversation).size >= LEAST_CONVERSATIONS);
}

/** Returns the result of the sign test over the conversations of a group. */
export const signsOfGroup = ({ cells }: Group): Signs =>
  signsOf(cells.map(({ unit, score }) => ({ conversation: unit.conversation, score })));
