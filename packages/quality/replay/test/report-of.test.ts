import { describe, expect, it } from 'vitest';
import { decisionOf } from '../src/report/decision.ts';
import { reportOf } from '../src/report/report-of.ts';
import type { ReplayReport } from '../src/report/report.ts';
import type { Comparison } from '../src/compare/comparison.ts';
import type { Results, ScoredUnit, StoredCost } from '../src/report/results.ts';
import { AT, caseOf, reportCase } from './report-cases.ts';
import { comparisonOf, resultsOf, unitOf } from './report-traffic.ts';

const reportUnits = (units: readonly ScoredUnit[], members: Partial<Results> = {}): ReplayReport =>
  reportOf(resultsOf(units, members), AT);

/** Returns one unit per conversation, whose members depend on its position. */
const unitsOf = (count: number, membersAt: (at: number) => Partial<ScoredUnit>): readonly ScoredUnit[] =>
  Array.from({ length: count }, (_, at) =>
    unitOf(`u${at}`, { conversation: `c${at}`, features: { route: 'chat' } }, 0, membersAt(at)),
  );
const scored = (count: number, scoreAt: (at: number) => number, members: Partial<Comparison> = {}) =>
  unitsOf(count, (at) => ({ candidate: comparisonOf(scoreAt(at), members) }));
const costOf = (nanoUsd: bigint, batchNanoUsd: bigint = nanoUsd / 2n): StoredCost => ({
  nanoUsd: `${nanoUsd}`,
  uncachedNanoUsd: `${2n * nanoUsd}`,
  batchNanoUsd: `${batchNanoUsd}`,
});

describe('the report of a prepared experiment', () => {
  it.each([
    ['better', 'pass', []],
    ['worse', 'fail', ['agent · tools book_meeting', 'extract · schema invoice']],
    ['undecided', 'inconclusive', []],
    ['mixed', 'pass', ['agent · tools book_meeting', 'extract · schema invoice']],
  ] as const)('`%s` has the verdict `%s` and its kinds that got worse', (name, verdict, worse) => {
    const report = reportCase(name);
    expect(report.verdict).toBe(verdict);
    expect(report.kinds.filter(({ isWorse }) => isWorse).map(({ kind }) => kind)).toEqual(worse);
    expect(JSON.stringify(report)).not.toMatch(/null|NaN/);
  });

  it('states all figures in its summary', () => {
    expect(reportCase('worse').summary).toMatchInlineSnapshot(
      `"92.3 % ± 2.2 as good, 0.4 % failed (recorded 0.0 %), −40 % cost per call, p95 of the duration −782 ms; 2 kinds of calls got worse"`,
    );
    expect(reportCase('undecided').summary).toMatchInlineSnapshot(
      `"97.7 % ± 3.1 as good, 1.0 % failed (recorded 0.0 %), −29 % cost per call; the rule for quality is undecided"`,
    );
  });

  it('is equal for equal results, except for its time', () => {
    const later = reportOf(caseOf('worse'), new Date('2026-11-28T12:00:00Z'));
    expect({ ...later, at: AT.toISOString() }).toEqual(reportCase('worse'));
    expect(later.at).toBe('2026-11-28T12:00:00.000Z');
  });

  it('draws other bootstrap samples for another name', () => {
    const { p95 } = reportCase('worse').latency?.differences ?? {};
    const other = reportOf(caseOf('worse', { name: 'other' }), AT).latency?.differences.p95;
    expect(other?.value).toBe(p95?.value);
    expect(other?.low).not.toBe(p95?.low);
  });

  it('has the differences and examples of a kind that got worse, the lowest quality first', () => {
    const { kinds } = reportCase('worse');
    expect(kinds[0]?.differences).toEqual({ 'other arguments of book_meeting': expect.any(Number) });
    expect(kinds[0]?.examples).toHaveLength(3);
    for (const { p, isWorse } of kinds) expect(p <= 0.1).toBe(isWorse);
    expect(kinds.map(({ quality }) => quality.value)).toEqual(
      kinds.map(({ quality }) => quality.value).toSorted((a, b) => a - b),
    );
  });
});

describe('a rule', () => {
  it.each([
    [0.96, 'met'],
    [0.999, 'broken'],
    [0.98, 'undecided'],
  ] as const)('of a quality of 0.975 with the bound %d is %s', (minQuality, result) => {
    const units = scored(2000, (at) => (at % 40 === 0 ? -1 : 0));
    const [rule] = reportUnits(units, { minQuality }).rules;
    expect(rule).toMatchObject({ name: 'min-quality', bound: minQuality, result });
    expect(rule?.callsNeeded !== undefined).toBe(result === 'undecided');
  });

  it('is decided with the stated number of calls', () => {
    const report = (calls: number): ReplayReport =>
      reportUnits(scored(calls, (at) => (at % 33 === 0 ? -1 : 0)));
    const [{ result, callsNeeded = 0 } = { result: undefined }] = report(300).rules;
    expect(result).toBe('undecided');
    expect(callsNeeded).toBeGreaterThan(600);
    expect(report(callsNeeded).verdict).toBe('pass');
    expect(report(Math.round(callsNeeded / 4)).verdict).toBe('inconclusive');
  });

  it('states no number of calls if the estimate equals the bound', () => {
    const [rule] = reportUnits(scored(200, (at) => (at % 20 === 0 ? -1 : 0))).rules;
    expect(rule).toMatchObject({ result: 'undecided', callsNeeded: undefined });
  });

  it.each([
    [0.5, 'broken', 'fail'],
    [0.7, 'met', 'pass'],
  ] as const)('of a cost ratio of 0.6 with the bound %d is %s', (maxCost, result, verdict) => {
    const units = unitsOf(100, (at) => ({
      presentCost: costOf(BigInt(1000 + at)),
      candidateCost: costOf(BigInt(600 + at)),
    }));
    const report = reportUnits(units, { maxCost, minQuality: 0.9 });
    expect(report.rules[1]).toMatchObject({ name: 'max-cost', result });
    expect(report.verdict).toBe(verdict);
  });

  it('of the cost is undecided without prices', () => {
    const { rules, verdict, warnings } = reportUnits(
      scored(100, () => 0),
      { maxCost: 0.8, minQuality: 0.9 },
    );
    expect(rules[1]).toEqual({ name: 'max-cost', bound: 0.8, estimate: undefined, result: 'undecided' });
    expect(verdict).toBe('inconclusive');
    expect(warnings).toEqual([
      expect.stringContaining('price of the present model or of the candidate is unknown'),
    ]);
  });
});

describe('an experiment without all results', () => {
  it('is incomplete, and its figures are those of the other units', () => {
    const units = caseOf('worse').units.map((unit, at) =>
      at % 5 === 3 || at > 900 ? { ...unit, candidate: undefined, candidateCost: undefined } : unit,
    );
    const report = reportOf(resultsOf(units), AT);
    expect(report.verdict).toBe('incomplete');
    expect(report.missing).toBe(279);
    expect(report.kinds).toHaveLength(4);
    expect(report.summary).toContain('279 of 1,000 calls have no result yet');
    expect(JSON.stringify(report)).not.toMatch(/null|NaN/);
  });

  it('has no figures without any result', () => {
    const units = unitsOf(30, () => ({ candidate: undefined }));
    expect(reportUnits(units)).toMatchObject({
      verdict: 'incomplete',
      summary: 'no result yet, cost unknown; 30 of 30 calls have no result yet',
      quality: undefined,
      control: undefined,
      cost: undefined,
      latency: undefined,
      judge: undefined,
      kinds: [],
    });
  });

  it('warns of a control without results', () => {
    const units = unitsOf(40, (at) => ({ isInControl: at < 8 }));
    expect(reportUnits(units).warnings).toContain(
      '8 answers of the control have no result yet. Run the experiment again.',
    );
  });
});

describe('the cost', () => {
  const priced = (membersAt: (at: number) => Partial<ScoredUnit> = () => ({})): readonly ScoredUnit[] =>
    unitsOf(50, (at) => ({ presentCost: costOf(1000n), candidateCost: costOf(500n), ...membersAt(at) }));

  it('has its ratios and the mean cost of a call', () => {
    const { cost } = reportUnits(priced());
    expect(cost).toMatchObject({
      uncachedRatio: 0.5,
      batchRatio: 0.5,
      presentNanoUsd: '1000',
      candidateNanoUsd: '500',
    });
    expect(cost?.ratio).toMatchObject({ value: 0.5, n: 50 });
  });

  it('has no batch ratio if one call has no batch price', () => {
    const { cost } = reportUnits(
      priced((at) => (at === 7 ? { candidateCost: { ...costOf(500n), batchNanoUsd: undefined } } : {})),
    );
    expect(cost?.batchRatio).toBeUndefined();
  });

  it('omits calls without a price, with a warning', () => {
    const { cost, warnings } = reportUnits(priced((at) => (at < 5 ? { presentCost: undefined } : {})));
    expect(cost?.ratio.n).toBe(45);
    expect(warnings).toEqual([expect.stringContaining('The cost of 5 calls of 50 is unknown')]);
  });

  it('of a free candidate is 0, and of a free present model is unknown', () => {
    const free = reportUnits(priced(() => ({ candidateCost: costOf(0n) })));
    expect(free.cost?.ratio).toEqual({ value: 0, low: 0, high: 0, n: 50 });
    const { cost, warnings } = reportUnits(priced(() => ({ presentCost: costOf(0n) })));
    expect(cost).toBeUndefined();
    expect(warnings).toEqual([
      'No cost ratio: the present model costs nothing, or one conversation has most of its cost.',
    ]);
  });
});

describe('the latency', () => {
  const timed = (controls: number): readonly ScoredUnit[] =>
    unitsOf(100, (at) => ({
      candidate: comparisonOf(0, { ms: 700 + at, firstMs: 200 }),
      control: at < controls ? comparisonOf(0, { ms: 900 + at, firstMs: 250 }) : undefined,
      recordedMs: 1000 + at,
    }));

  it('is the difference to the control, if the control has times', () => {
    const { than, differences } = reportUnits(timed(20)).latency ?? {};
    expect(than).toBe('control');
    expect(differences).toMatchObject({
      p50: { value: -200, n: 20 },
      firstP95: { value: -50, low: -50, high: -50 },
    });
  });

  it('is otherwise the difference to the recorded times', () => {
    const { than, differences } = reportUnits(timed(19)).latency ?? {};
    expect(than).toBe('recorded');
    expect(differences).toMatchObject({ p95: { value: -300, n: 100 }, firstP50: undefined });
  });

  it('is not measured in batches', () => {
    expect(reportUnits(timed(100), { isLive: false }).latency).toBeUndefined();
  });
});

it('failures are counted by reason for candidate, recorded answers and control', () => {
  const units = unitsOf(20, (at) => ({
    candidate: comparisonOf(at < 6 ? -1 : 0, { failure: at < 6 ? ['refusal', 'format'][at % 2] : undefined }),
    recordedFailure: at === 9 ? 'length' : undefined,
    control: at < 4 ? comparisonOf(0, { failure: at === 0 ? 'refusal' : undefined }) : undefined,
  }));
  expect(Object.entries(reportUnits(units).failures)).toEqual([
    ['format', { candidate: 3, recorded: 0, control: 0 }],
    ['refusal', { candidate: 3, recorded: 0, control: 1 }],
    ['length', { candidate: 0, recorded: 1, control: 0 }],
  ]);
});

it('divergences are counted by type, tool and paths, with examples of different conversations', () => {
  const other = { type: 'other-arguments', tool: 'mail', paths: ['/to', '/cc'] } as const;
  const units = unitsOf(30, (at) => ({
    conversation: `c${at % 10}`,
    candidate: comparisonOf(at < 2 ? -1 : 0, {
      divergences:
        at < 5
          ? [{ ...other, paths: at === 0 ? ['/cc', '/to'] : other.paths }]
          : [{ type: 'missing-call', tool: 'mail' }],
    }),
  }));
  expect(reportUnits(units).divergences).toEqual([
    { ...other, paths: ['/cc', '/to'], calls: 5, worse: 2, examples: ['u0', 'u1', 'u2'] },
    { type: 'missing-call', tool: 'mail', calls: 25, worse: 0, examples: ['u10', 'u11', 'u12'] },
  ]);
});

it('the judge has its pairs, and its agreement with itself and with labels', () => {
  const units = unitsOf(100, (at) => ({
    candidate: comparisonOf(at < 50 ? 0 : -1, {
      by: at < 80 ? 'judge' : 'equal',
      isDoubtful: at < 20,
      label: at >= 10 && at < 60 ? 0 : undefined,
    }),
  }));
  const { judge, warnings } = reportUnits(units, { judges: ['a/b'] });
  expect(judge).toMatchObject({ models: ['a/b'], pairs: 80, agreed: 60, doubtful: 20, labels: 50 });
  expect(judge?.agreement).toMatchObject({ value: 0.75, n: 40 });
  expect(judge?.agreement?.low).toBeCloseTo(0.598, 3);
  expect(warnings.filter((warning) => /judge|labels/.test(warning))).toHaveLength(2);
});

it('asks for the doubtful pairs without a label, whatever the number of labels of clear pairs', () => {
  const units = unitsOf(60, (at) => ({
    candidate: comparisonOf(at % 12 === 0 ? -1 : 0, {
      by: 'judge',
      isDoubtful: at < 20,
      label: at >= 15 && at < 40 ? 0 : undefined,
    }),
  }));
  const report = reportUnits(units);
  expect(report.verdict).toBe('inconclusive');
  expect(decisionOf(report).next[0]?.[0]).toContain('Decide the 15 pairs');
});

it('warns of images and audio that differ, which no judge sees', () => {
  const units = unitsOf(20, (at) => ({
    candidate: comparisonOf(0, {
      by: at < 10 ? 'judge' : 'check',
      differences: at < 3 || at > 10 ? ['other words', 'other image'] : ['other words'],
    }),
  }));
  expect(reportUnits(units).warnings).toContain(
    '3 pairs differ in images or audio, which the judge does not see. Add a check that compares them.',
  );
});

it('warnings of the run are first, and undecided pairs and lost calls follow', () => {
  const units = scored(20, () => 0, { by: 'undecided' });
  const { warnings, lost } = reportUnits(units, {
    warnings: ['the target retires soon'],
    lost: { calls: 1, maxNanoUsd: 5n },
  });
  expect(warnings[0]).toBe('the target retires soon');
  expect(warnings.join('\n')).toMatch(/20 pairs count as equal[^]*1 call was in flight/);
  expect(lost).toEqual({ calls: 1, maxNanoUsd: '5' });
});
