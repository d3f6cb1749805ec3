import type { Unit } from '../src/statistics/stratified-mean.ts';
import { allocate } from '../src/statistics/sample-size.ts';

export type Random = () => number;

/** Simulated traffic with the truth about the new answers. */
export interface Traffic {
  /** Share of each kind. */
  readonly shares: readonly number[];
  readonly calls: number;
  readonly conversations: number;
  /** Probability of a worse answer, by kind. */
  readonly worse: readonly number[];
  /** Probability of a better answer among those that are not worse. */
  readonly better: number;
  /** Variance of the factor with which a conversation changes the probability of worse answers. */
  readonly variance: number;
  /** Share of random verdicts of the judge, and share of equal pairs in which it prefers the first answer. */
  readonly judge?: { readonly random: number; readonly first: number };
  /** Share of the pairs on which the judge contradicts itself, and the share of these that a person labels. */
  readonly doubtful?: { readonly share: number; readonly labeled: number };
  /** Share of calls that repeat an earlier one. */
  readonly repeated?: number;
  /** Whether few conversations have most of the calls. */
  readonly isUneven?: boolean;
  /** Conversation that has this share of the units of one kind. If `isUniform`, all of its answers are equal. */
  readonly dominant?: { readonly kind: number; readonly share: number; readonly isUniform?: boolean };
  /** Share of calls that cost nothing. */
  readonly free?: number;
}

export interface SimulatedUnit extends Unit {
  readonly durations: readonly [before: number, after: number];
  readonly costs: readonly [before: number, after: number];
}

/** Draws the units of one experiment. */
export function experiment(traffic: Traffic, random: Random): readonly SimulatedUnit[] {
  const { shares, calls, conversations, variance, repeated = 0, isUneven = false, dominant } = traffic;
  const factors = Array.from({ length: conversations }, () => factorOf(variance, random));
  const dominantFactor = dominant === undefined ? 1 : factorOf(variance, random);
  let uniform: SimulatedUnit | undefined;
  const dominantUnit = (kind: number): SimulatedUnit => {
    if (uniform !== undefined && dominant?.isUniform === true) return uniform;
    return (uniform = unitOf(traffic, kind, conversations, dominantFactor, random));
  };
  const drawConversation = (): number => {
    const at = isUneven ? conversations ** random() - 1 : random() * conversations;
    return Math.min(conversations - 1, Math.floor(at + 1e-9));
  };
  return allocate(shares, calls).flatMap((size, kind) => {
    const units: SimulatedUnit[] = [];
    while (units.length < size) {
      if (dominant?.kind === kind && random() < dominant.share) {
        units.push(dominantUnit(kind));
        continue;
      }
      const again = random() < repeated ? units[Math.floor(random() * units.length)] : undefined;
      const conversation = drawConversation();
      units.push(again ?? unitOf(traffic, kind, conversation, factors[conversation] ?? 1, random));
    }
    return units;
  });
}

/** Number of factors whose mean is the truth. Its error is below a tenth of the standard error of an experiment. */
const TRUTH_DRAWS = 20_000;

/** Returns the true difference of quality: the mean of the expected truth of a unit over many factors. */
export function truthOf(
  { shares, worse, better, judge, doubtful, variance }: Traffic,
  random: Random,
): number {
  const factors = Array.from({ length: TRUTH_DRAWS }, () => factorOf(variance, random));
  const doubtfulShare = doubtful?.share ?? 0;
  // A judge with random verdicts shows only a part of a difference.
  const visible = 1 - (judge?.random ?? 0);
  return shares.reduce((sum, share, kind) => {
    const total = factors.reduce((truth, factor) => {
      const loss = lossOf(worse[kind], factor);
      return truth + better * (1 - loss) - loss;
    }, 0);
    const truth = (1 - doubtfulShare) * visible * (total / TRUTH_DRAWS);
    return sum + share * (truth + doubtfulShare * (DOUBTFUL_BETTER - DOUBTFUL_WORSE));
  }, 0);
}

/** Probabilities that the new answer of a doubtful pair is worse, and that it is better. */
const [DOUBTFUL_WORSE, DOUBTFUL_BETTER] = [0.35, 0.1];

/** Returns the probability of a worse answer in a conversation with this factor. */
const lossOf = (worse = 0, factor: number): number => Math.min(0.9, worse * factor);

export function unitOf(
  { worse, better, judge, doubtful, free = 0 }: Traffic,
  kind: number,
  conversation: number,
  factor: number,
  random: Random,
): SimulatedUnit {
  const draw = (low: number, high: number): number => {
    const at = random();
    if (at < low) return -1;
    return at < low + high ? 1 : 0;
  };
  const before = Math.exp(0.4 * kind + 0.3 * Math.log(factor + 0.1) + 0.6 * normal(random));
  const after = Math.exp(0.4 * kind + 0.3 * Math.log(factor + 0.1) + 0.5 * normal(random)) * 0.85;
  const isFree = free > 0 && random() < free;
  const cost = isFree ? 0 : Math.exp(0.5 * kind + normal(random));
  const facts = {
    kind,
    conversation,
    durations: [before, after],
    costs: [cost, cost * 0.6 * Math.exp(0.3 * normal(random))],
  } as const;
  if (doubtful !== undefined && random() < doubtful.share) {
    const score = [0, 0, 0.5, -0.5][Math.floor(random() * 4)] ?? 0;
    const opinion = draw(DOUBTFUL_WORSE, DOUBTFUL_BETTER);
    const label = random() < doubtful.labeled ? opinion : undefined;
    return { ...facts, score, isDoubtful: true, label };
  }
  const loss = lossOf(worse[kind], factor);
  const truth = draw(loss, better * (1 - loss));
  if (judge === undefined) return { ...facts, score: truth };
  const verdict = (first: number): number => {
    const seen = random() < judge.random ? Math.floor(random() * 3) - 1 : truth;
    return seen === 0 && random() < judge.first ? first : seen;
  };
  return { ...facts, score: (verdict(1) + verdict(-1)) / 2 };
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Draws a factor with the mean 1 (a gamma distribution, by Marsaglia and Tsang). */
const factorOf = (variance: number, random: Random): number => gamma(1 / variance, random) * variance;

function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}
