import type { ReplaySample } from '../src/report/report.ts';
import type { Comparison } from '../src/compare/comparison.ts';
import type { Results, ScoredUnit } from '../src/report/results.ts';
import type { Random } from './simulated.ts';

/** Features of simulated calls. */
export type Features = Readonly<Record<string, string>>;

/** Feature with the shares of its values. All calls of a conversation have the same language, for example. */
interface Feature {
  readonly name: string;
  readonly shares: readonly number[];
  readonly isOfConversation: boolean;
}

/** Feature values of calls that got worse, and the probability of a worse answer. */
export interface Regression {
  readonly features: Features;
  readonly worse: number;
}

/** Calls of random traffic, in conversations of one to four calls. */
interface Call {
  readonly conversation: string;
  readonly features: Features;
}

/** Shares of worse and of better answers without a regression. */
const NOISE = 0.04;

/** Draws calls with 4 to 8 features of 2 to 5 values. */
export function randomCalls(count: number, random: Random): readonly Call[] {
  const features = Array.from({ length: 4 + Math.floor(5 * random()) }, (_, at) => randomFeature(at, random));
  const calls: Call[] = [];
  for (let conversation = 0; calls.length < count; conversation++) {
    const draw = (wanted: readonly Feature[]): Features =>
      Object.fromEntries(wanted.map(({ name, shares }) => [name, `${name}${valueAt(shares, random)}`]));
    const shared = draw(features.filter(({ isOfConversation }) => isOfConversation));
    const size = 1 + Math.floor(4 * random());
    for (let at = 0; at < size; at++) {
      const own = draw(features.filter(({ isOfConversation }) => !isOfConversation));
      calls.push({ conversation: `c${conversation}`, features: { ...shared, ...own } });
    }
  }
  return calls.slice(0, count);
}

function randomFeature(at: number, random: Random): Feature {
  const parts = Array.from({ length: 2 + Math.floor(4 * random()) }, () => 0.15 + random());
  const total = parts.reduce((sum, part) => sum + part, 0);
  return {
    name: 'abcdefgh'[at] ?? 'i',
    shares: parts.map((part) => part / total),
    isOfConversation: random() < 0.3,
  };
}

function valueAt(shares: readonly number[], random: Random): number {
  let rest = random();
  const at = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  return at === -1 ? shares.length - 1 : at;
}

export const has = (call: Pick<Call, 'features'>, wanted: Features): boolean =>
  Object.entries(wanted).every(([name, value]) => call.features[name] === value);

/**
 * Draws features of one or two values that 5 to 25 % of the calls have. At most two thirds of the calls with one of two values have the
 * other one, because nothing could find the second value otherwise.
 */
export function randomGroup(calls: readonly Call[], random: Random): Features {
  for (;;) {
    const features: Features = calls[Math.floor(random() * calls.length)]?.features ?? {};
    const names = Object.keys(features);
    const chosen = Array.from(
      { length: random() < 0.4 ? 1 : 2 },
      () => names[Math.floor(random() * names.length)],
    );
    const pairs = [...new Set(chosen)].map((name = '') => [name, features[name] ?? ''] as const);
    const size = calls.filter((call) => has(call, Object.fromEntries(pairs))).length;
    const isNarrower = pairs.every(
      (pair) =>
        pairs.length === 1 ||
        size <= (2 / 3) * calls.filter((call) => has(call, Object.fromEntries([pair]))).length,
    );
    if (size >= 0.05 * calls.length && size <= 0.25 * calls.length && isNarrower)
      return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Draws two groups that have at most a tenth of their calls in common. */
export function twoGroups(calls: readonly Call[], random: Random): readonly [Features, Features] {
  for (;;) {
    const [first, second] = [randomGroup(calls, random), randomGroup(calls, random)];
    const size = (wanted: readonly Features[]): number =>
      calls.filter((call) => wanted.every((one) => has(call, one))).length;
    if (size([first, second]) <= 0.1 * Math.min(size([first]), size([second]))) return [first, second];
  }
}

/** Answers the calls. The candidate is worse in the regressions, and otherwise as often worse as better. */
export function unitsWith(
  calls: readonly Call[],
  regressions: readonly Regression[],
  random: Random,
): readonly ScoredUnit[] {
  return calls.map((call, at) => {
    const worse = regressions.find(({ features }) => has(call, features))?.worse ?? NOISE;
    const draw = random();
    const score = draw < worse ? -1 : Number(draw > 1 - NOISE);
    return unitOf(`call-${at}`, call, score);
  });
}

export const unitOf = (
  id: string,
  { conversation, features }: Call,
  score: number,
  members: Partial<ScoredUnit> = {},
): ScoredUnit => ({
  id,
  kind: `kind ${Object.values(features)[0]}`,
  conversation,
  features,
  candidate: comparisonOf(score),
  control: undefined,
  isInControl: false,
  recordedFailure: undefined,
  recordedMs: undefined,
  recordedFirstMs: undefined,
  presentCost: undefined,
  candidateCost: undefined,
  ...members,
});

export const comparisonOf = (score: number, members: Partial<Comparison> = {}): Comparison => ({
  score,
  by: score === 0 ? 'equal' : 'judge',
  isDoubtful: false,
  label: undefined,
  failure: undefined,
  differences: [],
  divergences: [],
  ms: undefined,
  firstMs: undefined,
  ...members,
});

/** Returns the sample of the units, whose kinds have the same shares in the traffic. */
export function sampleOf(units: readonly ScoredUnit[], members: Partial<ReplaySample> = {}): ReplaySample {
  const kinds = [...new Set(units.map(({ kind }) => kind))].sort();
  return {
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-27T00:00:00.000Z',
    traffic: 41_200,
    represented: 25_132,
    units: units.length,
    distinct: units.length,
    conversations: new Set(units.map(({ conversation }) => conversation)).size,
    excluded: { 'no complete content': 16_068 },
    redacted: 0,
    kinds: kinds.map((kind) => {
      const own = units.filter((unit) => unit.kind === kind).length;
      return { kind, share: own / units.length, units: own };
    }),
    ...members,
  };
}

export const resultsOf = (units: readonly ScoredUnit[], members: Partial<Results> = {}): Results => ({
  name: 'fast-to-x',
  models: { present: ['openai/gpt-5.4'], candidate: 'google/gemini-4' },
  sample: sampleOf(units),
  follow: false,
  units,
  minQuality: 0.95,
  maxCost: undefined,
  judges: [],
  isLive: true,
  spentNanoUsd: 0n,
  lost: { calls: 0, maxNanoUsd: 0n },
  warnings: [],
  ...members,
});
