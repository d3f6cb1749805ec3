/** Comparison of two answers to one recorded call. */
export interface Unit {
  /** Position of the kind of the call in the list of shares. */
  readonly kind: number;
  /** Conversation of the call. Units of one conversation are not independent. */
  readonly conversation: string | number;
  /** Score of the new answer, from -1 (worse) to 1 (better). */
  readonly score: number;
  /** Whether the judge contradicts itself. */
  readonly isDoubtful?: boolean | undefined;
  /** Score that a person has given. */
  readonly label?: number | undefined;
}

/** Value with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

type Place = Pick<Unit, 'kind' | 'conversation'>;

/** Sizes and weights of a stratified sample, which its estimates share. */
export interface Design {
  /** Share of each kind in the traffic. */
  readonly shares: readonly number[];
  /** Number of units of each kind. */
  readonly sizes: readonly number[];
  /**
   * Factor of the errors of a conversation in each kind, with which the sum of the squared errors is the variance of the jackknife: how
   * much the mean of the kind changes without the conversation (JKn in stratified surveys, CV3 for clusters).
   */
  readonly factors: ReadonlyMap<Unit['conversation'], readonly number[]>;
  /** Degrees of freedom of the variance, by Satterthwaite, after Bell and McCaffrey. */
  readonly freedom: number;
}

export function designOf(units: readonly Place[], shares: readonly number[]): Design {
  const counts = countsOf(units, shares.length);
  const sizes = shares.map((_, kind) => sumOver(counts, (own) => own[kind] ?? 0));
  const clusters = shares.map((_, kind) => sumOver(counts, (own) => Number((own[kind] ?? 0) > 0)));
  const factors = new Map(
    Array.from(counts, ([conversation, own]) => [
      conversation,
      own.map((count, kind) => {
        const size = sizes[kind] ?? 0;
        // The only conversation of a kind has no error, because nothing is known of others.
        if (count === 0 || count === size) return 0;
        return ((shares[kind] ?? 0) / (size - count)) * Math.sqrt(1 - 1 / (clusters[kind] ?? 1));
      }),
    ]),
  );
  return { shares, sizes, factors, freedom: freedomOf(counts, shares, sizes) };
}

const sumOver = (counts: Counts, valueOf: (own: readonly number[]) => number): number => {
  let sum = 0;
  for (const own of counts.values()) sum += valueOf(own);
  return sum;
};

/** Number of units of each kind, by conversation. */
type Counts = ReadonlyMap<Unit['conversation'], readonly number[]>;

function countsOf(units: readonly Place[], kinds: number): Counts {
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
 * covariance of the errors of the conversations, diag(d) − Σ v vᵀ, with one vector v for each kind. The errors have the factors of the
 * estimator CR2, because those of the jackknife are too large for independent units, and too few degrees of freedom would add to that.
 */
function freedomOf(counts: Counts, shares: readonly number[], sizes: readonly number[]): number {
  let trace = 0;
  let traceOfSquare = 0;
  const products = shares.map(() => shares.map(() => 0));
  for (const own of counts.values()) {
    let d = 0;
    const v: { readonly kind: number; readonly value: number }[] = [];
    for (const [kind, count] of own.entries()) {
      const size = sizes[kind] ?? 0;
      if (count === 0 || count === size) continue;
      const squaredFactor = ((shares[kind] ?? 0) / size) ** 2 / (1 - count / size);
      d += squaredFactor * count;
      v.push({ kind, value: count * Math.sqrt(squaredFactor / size) });
    }
    const squared = v.reduce((sum, { value }) => sum + value ** 2, 0);
    trace += d - squared;
    traceOfSquare += d ** 2 - 2 * d * squared;
    for (const a of v)
      for (const b of v) {
        const row = products[a.kind] ?? [];
        row[b.kind] = (row[b.kind] ?? 0) + a.value * b.value;
      }
  }
  for (const product of products.flat()) traceOfSquare += product ** 2;
  // A covariance has at least 1 degree of freedom. Rounding may give slightly less, and a sample without errors has none.
  return traceOfSquare <= 0 ? 1 : Math.max(1, trace ** 2 / traceOfSquare);
}

/** Mean of a value in the traffic. */
export interface StratifiedMean {
  readonly value: number;
  /** Mean of each kind. */
  readonly means: readonly number[];
  /** Error that each conversation contributes. */
  readonly errors: ReadonlyMap<Unit['conversation'], number>;
  /** Variance of `value`: the sum of the squared errors. */
  readonly variance: number;
}

/** Returns the mean of a value over the units, weighted by the shares of their kinds. */
export function stratifiedMean<U extends Pick<Unit, 'kind' | 'conversation'>>(
  units: readonly U[],
  { shares, sizes, factors }: Design,
  valueOf: (unit: U) => number,
): StratifiedMean {
  const totals = shares.map(() => 0);
  for (const unit of units) totals[unit.kind] = (totals[unit.kind] ?? 0) + valueOf(unit);
  // A kind without units has no total.
  const means = totals.map((total, kind) => (total === 0 ? 0 : total / (sizes[kind] ?? 0)));
  const errors = new Map<Unit['conversation'], number>();
  for (const unit of units) {
    const { kind, conversation } = unit;
    const factor = factors.get(conversation)?.[kind] ?? 0;
    const error = factor * (valueOf(unit) - (means[kind] ?? 0));
    errors.set(conversation, (errors.get(conversation) ?? 0) + error);
  }
  const variance = [...errors.values()].reduce((sum, error) => sum + error ** 2, 0);
  return { value: weightedSum(shares, means), means, errors, variance };
}

export const weightedSum = (weights: readonly number[], values: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (values[at] ?? 0), 0);
