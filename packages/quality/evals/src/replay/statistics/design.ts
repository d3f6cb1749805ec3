import type { Unit } from './unit.ts';

type Place = Pick<Unit, 'kind' | 'conversation'>;

/** Sizes and weights of a stratified sample, which its estimates share. */
export interface Design {
  /** Share of each kind in the traffic. */
  readonly shares: readonly number[];
  /** Number of units of each kind. */
  readonly sizes: readonly number[];
  /**
   * Factor of the errors of a conversation in each kind. A conversation with a large part of a kind pulls the mean of the kind towards
   * itself, so its errors are larger than they seem (the estimator CR2).
   */
  readonly factors: ReadonlyMap<Unit['conversation'], readonly number[]>;
  /** Degrees of freedom of the variance, by Satterthwaite. */
  readonly freedom: number;
}

export function designOf(units: readonly Place[], shares: readonly number[]): Design {
  const sizes = shares.map((_, kind) => units.filter((unit) => unit.kind === kind).length);
  const counts = countsOf(units, shares.length);
  const factors = new Map(
    Array.from(counts, ([conversation, own]) => [
      conversation,
      own.map((count, kind) => {
        const size = sizes[kind] ?? 0;
        // The only conversation of a kind has no error, because nothing is known of others.
        if (count === 0 || count === size) return 0;
        return (shares[kind] ?? 0) / size / Math.sqrt(1 - count / size);
      }),
    ]),
  );
  return { shares, sizes, factors, freedom: freedomOf(counts, factors, sizes) };
}

/** Returns the number of units of each kind, by conversation. */
function countsOf(units: readonly Place[], kinds: number): ReadonlyMap<Unit['conversation'], number[]> {
  const counts = new Map<Unit['conversation'], number[]>();
  for (const { conversation, kind } of units) {
    const own = counts.get(conversation) ?? Array.from({ length: kinds }, () => 0);
    own[kind] = (own[kind] ?? 0) + 1;
    counts.set(conversation, own);
  }
  return counts;
}

/**
 * Returns the degrees of freedom for units with equal and independent errors: the squared trace of G over the trace of G². G is the
 * covariance of the errors of the conversations, diag(d) − Σ v vᵀ, with one vector v for each kind.
 */
function freedomOf(
  counts: ReadonlyMap<Unit['conversation'], readonly number[]>,
  factors: Design['factors'],
  sizes: readonly number[],
): number {
  const conversations = Array.from(counts, ([conversation, own]) => {
    const factor = factors.get(conversation) ?? [];
    const d = own.reduce((sum, count, kind) => sum + (factor[kind] ?? 0) ** 2 * count, 0);
    const v = own.map((count, kind) =>
      count === 0 ? 0 : ((factor[kind] ?? 0) * count) / Math.sqrt(sizes[kind] ?? 1),
    );
    return { d, v };
  });
  const sum = (valueOf: (each: (typeof conversations)[number]) => number): number =>
    conversations.reduce((total, each) => total + valueOf(each), 0);
  const squared = ({ v }: { readonly v: readonly number[] }): number =>
    v.reduce((total, one) => total + one ** 2, 0);
  const trace = sum((each) => each.d - squared(each));
  let traceOfSquare = sum((each) => each.d ** 2 - 2 * each.d * squared(each));
  for (const [kind] of sizes.entries())
    for (const [other] of sizes.entries())
      traceOfSquare += sum(({ v }) => (v[kind] ?? 0) * (v[other] ?? 0)) ** 2;
  return traceOfSquare <= 0 ? 1 : Math.max(1, trace ** 2 / traceOfSquare);
}
