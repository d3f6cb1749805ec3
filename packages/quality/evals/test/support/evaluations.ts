import type { Evaluation, Sample } from '../../src/index.ts';

interface Options {
  readonly cases?: number;
  readonly trials?: number;
  readonly usd?: string;
  readonly ms?: number;
  readonly replayed?: boolean;
  readonly fingerprint?: string;
  readonly version?: string;
  readonly margins?: Evaluation['margins'];
}

/** Returns an evaluation with one check, whose score is a function of case and trial. */
export function evaluationOf(
  score: (at: number, trial: number) => number,
  options: Options = {},
): Evaluation {
  const {
    cases = 40,
    trials = 1,
    usd = '1000000',
    ms = 10,
    replayed = false,
    fingerprint = 'f',
    margins = {},
  } = options;
  const samples = Array.from({ length: cases * trials }, (_, at): Sample => {
    const [index, trial] = [Math.floor(at / trials), (at % trials) + 1];
    return {
      case: `c${String(index).padStart(4, '0')}`,
      trial,
      tags: [],
      input: '',
      text: '',
      toolCalls: [],
      targets: [],
      scores: { right: { score: score(index, trial) } },
      gates: {},
      nanoUsd: usd,
      ms,
      error: undefined,
      replayed,
      fingerprint,
    };
  });
  return {
    format: 'majordomo-evaluation/1',
    name: 'demo',
    at: '2026-11-23T00:00:00.000Z',
    verdict: 'pass',
    reasons: [],
    checks: [{ name: 'right', ...(options.version !== undefined && { version: options.version }) }],
    margins: { right: 0.05, usd: 0.1, ms: false, ...margins },
    metrics: [],
    gates: [],
    totals: {
      cases,
      samples: samples.length,
      errors: 0,
      skipped: 0,
      replayed: 0,
      nanoUsd: '0',
      judgeNanoUsd: '0',
      spentNanoUsd: '0',
      msP50: ms,
      msP95: ms,
    },
    baseline: undefined,
    warnings: [],
    samples,
  };
}
