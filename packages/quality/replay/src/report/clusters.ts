import { groupBy } from '@majordomo/evals/internal';
import { normal } from '../statistics/sample-size.ts';
import { countsOf, examplesOf } from './examples.ts';
import { groupFinder, signsOfGroup, type Cell, type Group } from './groups.ts';
import type { ReplayCluster } from './report.ts';
import type { ScoredUnit } from './results.ts';
import { qualityOf, scoreOf, type Weights } from './strata.ts';

/** Probability that traffic without a regression has a cluster, at most. */
const LEVEL = 0.05;
/** Probability that a group whose kinds are equally worse is rejected, at most. */
const SOUND_LEVEL = 0.001;
/** Increase of the explained variance for which a second feature is added to a name, in squared standard errors. */
const SECOND_FEATURE = 4;
const MAX_CLUSTERS = 10;

/**
 * Returns the groups of units that got worse. A group is a value of one feature, or of two. Its losses must be significant by the sign
 * test over its conversations, and it must be worse than the other units; both are corrected for the number of groups. No kind in it may
 * have significantly fewer losses than the others. Of these groups, the one that explains the most variance of the losses is a cluster. Its
 * units are removed, and the search begins again.
 */
export function clustersOf(all: readonly ScoredUnit[], weights: Weights): readonly ReplayCluster[] {
  const cells = all.flatMap((unit): readonly Cell[] =>
    unit.candidate === undefined ? [] : [{ unit, score: scoreOf(unit.candidate) }],
  );
  const sizes = countsOf(cells.map(({ unit }) => unit.kind));
  const groupsOf = groupFinder(cells);
  const clusters: ReplayCluster[] = [];
  let rest: readonly Cell[] = cells;
  while (clusters.length < MAX_CLUSTERS) {
    const found = worstOf(rest, groupsOf(rest));
    if (found === undefined) break;
    clusters.push(...clusterOf(found, weights, sizes));
    const explained = new Set(found.group.cells);
    rest = rest.filter((cell) => !explained.has(cell));
  }
  return clusters;
}

interface Found {
  readonly group: Group;
  readonly p: number;
}

/** Returns the one of these groups of cells that explains the most variance, or `undefined` if no group is significant. */
function worstOf(cells: readonly Cell[], groups: readonly Group[]): Found | undefined {
  const signed = groups.map((group) => ({ group, ...signsOfGroup(group) }));
  const tested = testedOf(signed.map(({ changed }) => changed));
  const total = totalsOf(cells);
  let best: (Found & { readonly rank: number }) | undefined;
  for (const { group, p: single } of signed) {
    const p = single * tested;
    const explained = explainedBy(totalsOf(group.cells), total);
    if (p > LEVEL || chanceOf(explained) * tested > LEVEL || hasSoundKind(group)) continue;
    const rank = explained - SECOND_FEATURE * (Object.keys(group.features).length - 1);
    if (best === undefined || rank > best.rank) best = { group, p, rank };
  }
  return best;
}

/**
 * Returns the number of groups for which probabilities are corrected. Groups that cannot be significant, because too few of their
 * conversations have changed, do not count (the method of Tarone).
 */
function testedOf(changed: readonly number[]): number {
  const sorted = changed.toSorted((a, b) => b - a);
  const last = sorted.findIndex((conversations, at) => 2 ** -conversations > LEVEL / (at + 1));
  return last === -1 ? sorted.length : last + 1;
}

interface Totals {
  readonly size: number;
  readonly sum: number;
  readonly squares: number;
}

function totalsOf(cells: readonly Cell[]): Totals {
  let [sum, squares] = [0, 0];
  for (const { score } of cells) {
    // Only losses count. Otherwise, a gain in other units would look like a loss in these.
    const loss = Math.min(0, score);
    sum += loss;
    squares += loss ** 2;
  }
  return { size: cells.length, sum, squares };
}

/** Returns how much worse a group is than the other units, in squared standard errors. 0 if it is not worse. */
function explainedBy(group: Pick<Totals, 'size' | 'sum'>, total: Totals): number {
  const others = total.size - group.size;
  if (others === 0) return 0;
  const variance = total.squares / total.size - (total.sum / total.size) ** 2;
  const difference = group.sum / group.size - (total.sum - group.sum) / others;
  return difference < 0 ? (((group.size * others) / total.size) * difference ** 2) / variance : 0;
}

/** Returns the probability of so large a difference, in squared standard errors, by chance. */
const chanceOf = (explained: number): number => normal(-Math.sqrt(explained));

/** Whether a kind in a group has significantly fewer losses than the other kinds, so that the group is more than what got worse. */
function hasSoundKind({ cells }: Group): boolean {
  const total = totalsOf(cells);
  const kinds = [...groupBy(cells, ({ unit }) => unit.kind).values()].map(totalsOf);
  if (kinds.length === 1) return false;
  return kinds.some(({ size, sum }) => {
    const others = { size: total.size - size, sum: total.sum - sum };
    return chanceOf(explainedBy(others, total)) * kinds.length <= SOUND_LEVEL;
  });
}

function clusterOf(
  { group, p }: Found,
  weights: Weights,
  sizes: ReadonlyMap<string, number>,
): readonly ReplayCluster[] {
  const units = group.cells.map(({ unit }) => unit);
  // Part of the traffic that the group has within each kind.
  const own = new Map(
    Array.from(countsOf(units.map(({ kind }) => kind)), ([kind, count]) => [
      kind,
      ((weights.get(kind) ?? 0) * count) / (sizes.get(kind) ?? 1),
    ]),
  );
  const quality = qualityOf(units, own)?.quality;
  if (quality === undefined) return [];
  const worse = group.cells.filter(({ score }) => score < 0).map(({ unit }) => unit);
  const differences = countsOf(worse.flatMap(({ candidate }) => candidate?.differences ?? []));
  return [
    {
      name: Object.entries(group.features)
        .map(([feature, value]) => `${feature} ${value}`)
        .join(' · '),
      features: group.features,
      units: units.length,
      share: [...own.values()].reduce((sum, share) => sum + share, 0),
      quality,
      p,
      differences: Object.fromEntries(differences),
      examples: examplesOf(worse),
    },
  ];
}
