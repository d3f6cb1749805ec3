import { seededRandom } from '@majordomo/testing';
import type { Divergence } from '../src/traffic/answer.ts';
import type { Comparison } from '../src/compare/comparison.ts';
import { reportOf } from '../src/report/report-of.ts';
import type { ReplayReport } from '../src/report/report.ts';
import type { Results, ScoredUnit, StoredCost } from '../src/report/results.ts';
import { comparisonOf, has, resultsOf, sampleOf, unitOf, type Features } from './report-traffic.ts';
import type { Random } from './simulated.ts';

/** Kind of calls of a synthetic company. */
interface Kind {
  readonly kind: string;
  readonly share: number;
  readonly features: Features;
}

const LANGUAGES = ['en', 'en', 'de', 'fr'];
const KINDS: readonly Kind[] = [
  { kind: 'chat', share: 0.45, features: { route: 'chat', form: 'text' } },
  {
    kind: 'extract · schema invoice',
    share: 0.2,
    features: { route: 'extract', form: 'json', schema: 'invoice' },
  },
  {
    kind: 'extract · schema contract',
    share: 0.15,
    features: { route: 'extract', form: 'json', schema: 'contract' },
  },
  {
    kind: 'agent · tools find_order',
    share: 0.12,
    features: { route: 'agent', form: 'tools', tools: 'find_order' },
  },
  {
    kind: 'agent · tools book_meeting',
    share: 0.08,
    features: { route: 'agent', form: 'tools', tools: 'book_meeting' },
  },
];

/** Group of calls in which the candidate of a case is worse. */
interface Planted {
  readonly features: Features;
  readonly worse: number;
  readonly difference: string;
  readonly divergence?: Divergence;
}

/** Properties of a prepared experiment. */
interface Case {
  readonly calls: number;
  readonly seed: number;
  /** Shares of worse and of better answers outside of the planted groups. */
  readonly worse: number;
  readonly better: number;
  readonly planted: readonly Planted[];
  readonly costRatio: number;
  readonly timeRatio: number;
  /** Share of judged pairs on which the judge contradicts itself. */
  readonly doubtful: number;
}

const REGRESSIONS: readonly Planted[] = [
  {
    features: { schema: 'invoice', language: 'de' },
    worse: 0.7,
    difference: 'field /total differs',
  },
  {
    features: { tools: 'book_meeting' },
    worse: 0.6,
    difference: 'other arguments of book_meeting',
    divergence: { type: 'other-arguments', tool: 'book_meeting', paths: ['/start'] },
  },
];

/** Time of the reports. */
export const AT: Date = new Date('2026-11-27T12:00:00Z');

export type CaseName = 'better' | 'worse' | 'undecided' | 'mixed';

const CASES: Readonly<Record<CaseName, Case>> = {
  better: {
    calls: 1000,
    seed: 1,
    worse: 0.012,
    better: 0.02,
    planted: [],
    costRatio: 0.59,
    timeRatio: 0.8,
    doubtful: 0.06,
  },
  worse: {
    calls: 1000,
    seed: 2,
    worse: 0.02,
    better: 0.02,
    planted: REGRESSIONS,
    costRatio: 0.59,
    timeRatio: 0.8,
    doubtful: 0.08,
  },
  undecided: {
    calls: 600,
    seed: 10,
    worse: 0.04,
    better: 0.02,
    planted: [],
    costRatio: 0.7,
    timeRatio: 1.05,
    doubtful: 0.14,
  },
  /** Meets every rule, although two groups of calls got worse. */
  mixed: {
    calls: 2400,
    seed: 4,
    worse: 0.01,
    better: 0.04,
    planted: REGRESSIONS.map((planted) => ({ ...planted, worse: planted.worse / 2.5 })),
    costRatio: 0.59,
    timeRatio: 0.8,
    doubtful: 0.05,
  },
};

/** Returns the results of a prepared experiment. */
export function caseOf(name: CaseName, members: Partial<Results> = {}): Results {
  const prepared = CASES[name];
  const random = seededRandom(prepared.seed);
  const units = Array.from({ length: prepared.calls }, (_, at) => drawUnit(at, prepared, random));
  const sample = sampleOf(units, {
    kinds: KINDS.map(({ kind, share }) => ({
      kind,
      share,
      units: units.filter((unit) => unit.kind === kind).length,
    })),
  });
  return resultsOf(units, {
    name: `fast-to-${name}`,
    sample,
    maxCost: 0.8,
    judges: ['anthropic/claude-sonnet-5'],
    spentNanoUsd: 7_421_000_000n,
    ...members,
  });
}

function drawUnit(at: number, prepared: Case, random: Random): ScoredUnit {
  const kind = KINDS[at % KINDS.length] ?? { kind: '', share: 0, features: {} };
  const language = LANGUAGES[Math.floor(random() * LANGUAGES.length)] ?? '';
  const features = { ...kind.features, language, length: random() < 0.6 ? 'below 1k' : '1k to 4k' };
  const call = { conversation: `conversation-${Math.floor(at / 2)}`, features };
  const cost = Math.round(2_000_000 * Math.exp(0.6 * normal(random)));
  const ms = 1800 * Math.exp(0.5 * normal(random));
  const timed = (factor: number): { readonly ms: number; readonly firstMs: number } => {
    const total = ms * factor * Math.exp(0.2 * normal(random));
    return { ms: Math.round(total), firstMs: Math.round(total * 0.25) };
  };
  const recorded = timed(1);
  const isInControl = at % 5 === 0;
  const steady: Case = { ...prepared, planted: [], worse: 0.02, better: 0.02 };
  return unitOf(`call-${String(at).padStart(4, '0')}`, call, 0, {
    kind: kind.kind,
    candidate: { ...drawComparison(features, prepared, random), ...timed(prepared.timeRatio) },
    control: isInControl ? { ...drawComparison(features, steady, random), ...timed(1) } : undefined,
    isInControl,
    recordedMs: recorded.ms,
    recordedFirstMs: recorded.firstMs,
    presentCost: costOf(cost, 1),
    candidateCost: costOf(cost, prepared.costRatio * Math.exp(0.1 * normal(random))),
  });
}

function drawComparison(
  features: Features,
  { planted, worse, better, doubtful }: Case,
  random: Random,
): Comparison {
  const regression = planted.find((one) => has({ features }, one.features));
  const draw = random();
  if (draw < (regression?.worse ?? worse)) {
    if (regression === undefined && random() < 0.2)
      return comparisonOf(-1, {
        by: 'failure',
        failure: random() < 0.7 ? 'refusal' : 'length',
        differences: ['refusal'],
      });
    const { difference = 'other text', divergence } = regression ?? {};
    return comparisonOf(-1, {
      by: 'judge',
      differences: [difference],
      divergences: divergence === undefined ? [] : [divergence],
    });
  }
  if (draw > 1 - better) return comparisonOf(1);
  const isJudged = features['form'] === 'text' || random() < 0.3;
  const isDoubtful = isJudged && random() < doubtful;
  if (isDoubtful) return comparisonOf(random() < 0.5 ? -0.5 : 0.5, { by: 'judge', isDoubtful });
  return comparisonOf(0, { by: isJudged ? 'judge' : 'equal' });
}

const costOf = (nanoUsd: number, ratio: number): StoredCost => ({
  nanoUsd: `${Math.round(nanoUsd * ratio)}`,
  uncachedNanoUsd: `${Math.round(nanoUsd * 1.3 * ratio * 0.95)}`,
  batchNanoUsd: `${Math.round((nanoUsd * ratio) / 2)}`,
});

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const reports = new Map<CaseName, ReplayReport>();

/** Returns the report of a prepared experiment. Tests share it, because the search for groups takes long. */
export function reportCase(name: CaseName): ReplayReport {
  const report = reports.get(name) ?? reportOf(caseOf(name), AT);
  reports.set(name, report);
  return report;
}
