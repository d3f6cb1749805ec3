import type { ReplaySample } from '../src/report/report.ts';
import type { Comparison } from '../src/compare/comparison.ts';
import type { Results, ScoredUnit } from '../src/report/results.ts';

/** Features of simulated calls. */
export type Features = Readonly<Record<string, string>>;

interface Call {
  readonly conversation: string;
  readonly features: Features;
}

export const has = (call: Pick<Call, 'features'>, wanted: Features): boolean =>
  Object.entries(wanted).every(([name, value]) => call.features[name] === value);

export const unitOf = (
  id: string,
  { conversation, features }: Call,
  score: number,
  members: Partial<ScoredUnit> = {},
): ScoredUnit => ({
  id,
  kind: `kind ${Object.values(features)[0]}`,
  conversation,
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
