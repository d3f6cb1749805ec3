import { compareText, groupBy } from '@majordomo/evals/internal';
import { FEATURES, kindName, type Features } from './features.ts';

/** Least share and least number of calls of a kind that a feature separates. */
const LEAST_SHARE = 0.02;
const LEAST_CALLS = 40;
const MAX_KINDS = 24;
const OTHER = 'other';

/** Group of calls with the features that define it. */
interface Group<Call> {
  readonly features: Partial<Features>;
  readonly calls: readonly Call[];
}

/**
 * Returns the kind of each call. A tree divides the calls by one feature after the other. A feature divides a group only if at least
 * two of its values are frequent. Rare values, and those above the maximum number of kinds, become one group `other`.
 *
 * @param mostKinds maximum number of kinds, at most 24
 */
export function kindsOf<Call extends { readonly features: Features }>(
  calls: readonly Call[],
  mostKinds: number = MAX_KINDS,
): ReadonlyMap<Call, string> {
  const most = Math.min(Math.max(mostKinds, 1), MAX_KINDS);
  const least = Math.max(LEAST_CALLS, calls.length * LEAST_SHARE);
  let groups: readonly Group<Call>[] = [{ features: {}, calls }];
  for (const feature of FEATURES) {
    let free = most - groups.length;
    groups = groups.flatMap((group) => {
      const parts = divide(group, feature, least, free);
      free -= parts.length - 1;
      return parts;
    });
  }
  return new Map(
    groups.flatMap(({ features, calls: own }) => own.map((call) => [call, kindName(features)] as const)),
  );
}

/** Returns the parts of a group, or the group itself if the feature does not divide it. `free`: maximum number of additional groups. */
function divide<Call extends { readonly features: Features }>(
  group: Group<Call>,
  feature: (typeof FEATURES)[number],
  least: number,
  free: number,
): readonly Group<Call>[] {
  const byValue = groupBy(group.calls, (call) => call.features[feature]);
  const frequent = [...byValue]
    .filter(([, calls]) => calls.length >= least)
    .sort(([a, first], [b, second]) => second.length - first.length || compareText(a, b));
  const hasRare = frequent.length < byValue.size;
  const needsOther = hasRare || frequent.length > free + 1;
  // A group of n parts uses n − 1 of the free places, because it has used one already.
  const own = frequent.slice(0, needsOther ? free : free + 1);
  if (frequent.length < 2 || own.length === 0) return [group];
  const values = new Set(own.map(([value]) => value));
  const others = group.calls.filter((call) => !values.has(call.features[feature]));
  const parts = own.map(([value, calls]) => ({
    features: { ...group.features, [feature]: value },
    calls,
  }));
  return others.length === 0
    ? parts
    : [...parts, { features: { ...group.features, [feature]: OTHER }, calls: others }];
}
