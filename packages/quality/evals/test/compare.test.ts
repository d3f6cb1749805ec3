import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@majordomo/testing';
import { describe, expect, test } from 'vitest';
import { compare, readEvaluation, writeEvaluation, type Evaluation } from '../src/index.ts';
import { evaluationOf } from './support/evaluations.ts';
import { config, testFolder } from './support/fixture.ts';

const all = (): number => 1;
const metric = (evaluation: Evaluation, name: string) => evaluation.metrics.find((one) => one.name === name);

describe('compare', () => {
  test('corrects the probability of 9 losses and 1 win of 40 for two metrics', () => {
    const before = evaluationOf((at) => (at === 9 ? 0 : 1));
    const after = evaluationOf((at) => (at < 9 ? 0 : 1));
    const compared = compare(before, after);
    expect(metric(compared, 'right')?.p).toBeCloseTo((2 * 11) / 1024, 2);
    expect([compared.verdict, metric(compared, 'right')?.verdict]).toEqual(['fail', 'fail']);
    expect(compared.reasons[0]).toMatch(/^right is worse: 0\.975 before, 0\.775 now/);
  });

  test('is deterministic and does not change its arguments', () => {
    const [before, after] = [evaluationOf(all), evaluationOf((at) => Number(at > 3))];
    const copy = structuredClone(after);
    expect(compare(before, after)).toEqual(compare(before, after));
    expect(after).toEqual(copy);
  });

  test('passes a proven loss within its margin, and fails it with a smaller margin', () => {
    const before = evaluationOf(all, { cases: 400 });
    const after = evaluationOf((at) => Number(at >= 10), { cases: 400 });
    expect(metric(compare(before, after, { margins: { right: 0.1 } }), 'right')?.verdict).toBe('pass');
    expect(metric(compare(before, after, { margins: { right: 0.01 } }), 'right')?.verdict).toBe('fail');
    const reported = metric(compare(before, after, { margins: { right: false } }), 'right');
    expect(reported).toMatchObject({
      verdict: 'not-compared',
      margin: undefined,
      reason: 'its margin is false',
    });
    expect(reported?.difference).toBeCloseTo(-0.025, 12);
  });

  test.each([
    [10, 'inconclusive'],
    [100, 'pass'],
  ] as const)('%i live cases without a difference are %s', (cases, verdict) => {
    const compared = metric(compare(evaluationOf(all, { cases }), evaluationOf(all, { cases })), 'right');
    expect([compared?.verdict, compared?.changed]).toEqual([verdict, cases]);
    if (verdict === 'inconclusive') expect(compared?.trialsNeeded).toBeGreaterThan(1);
  });

  test('replayed cases with equal fingerprints are unchanged', () => {
    const before = evaluationOf(all, { cases: 10 });
    const same = compare(before, evaluationOf(all, { cases: 10, replayed: true }));
    expect(metric(same, 'right')).toMatchObject({ verdict: 'pass', changed: 0, interval: [0, 0] });
    const other = compare(before, evaluationOf(all, { cases: 10, replayed: true, fingerprint: 'g' }));
    expect(metric(other, 'right')?.changed).toBe(10);
  });

  test('fails a doubled price with 30 cases, and passes a lower one', () => {
    const random = seededRandom(3);
    const priced = (evaluation: Evaluation, factor: number): Evaluation => ({
      ...evaluation,
      samples: evaluation.samples.map((sample) => ({
        ...sample,
        nanoUsd: String(Math.round(factor * 1e6 * (0.5 + random()))),
      })),
    });
    const before = priced(evaluationOf(all, { cases: 30 }), 1);
    const doubled = metric(compare(before, priced(evaluationOf(all, { cases: 30 }), 2)), 'usd');
    expect(doubled).toMatchObject({ verdict: 'fail', kind: 'usd' });
    expect(doubled?.difference).toBeGreaterThan(0.7);
    const halved = metric(compare(before, priced(evaluationOf(all, { cases: 30 }), 0.5)), 'usd');
    expect(halved?.verdict).toBe('pass');
  });

  test('compares time only with a margin', () => {
    const [before, after] = [evaluationOf(all), evaluationOf(all, { ms: 20 })];
    expect(metric(compare(before, after), 'ms')?.verdict).toBe('not-compared');
    expect(metric(compare(before, after, { margins: { ms: 0.3 } }), 'ms')?.verdict).toBe('fail');
  });

  test('an unknown cost and a free baseline are not compared', () => {
    const free = evaluationOf(all, { usd: '0' });
    expect(metric(compare(free, evaluationOf(all)), 'usd')).toMatchObject({
      verdict: 'not-compared',
      reason: 'the baseline is 0',
    });
    const unknown = evaluationOf(all);
    const samples = unknown.samples.map((sample) => ({ ...sample, nanoUsd: undefined }));
    expect(metric(compare(free, { ...unknown, samples }), 'usd')).toMatchObject({
      verdict: 'not-compared',
      mean: undefined,
    });
  });

  test('is inconclusive if the rules of a check changed, and the reasons report it', () => {
    const options = { cases: 100, usd: '0.001' };
    const compared = compare(
      evaluationOf(all, { ...options, version: 'a' }),
      evaluationOf(() => 0, { ...options, version: 'b' }),
    );
    expect(metric(compared, 'right')).toMatchObject({ verdict: 'not-compared', difference: undefined });
    expect([compared.verdict, ...compared.reasons]).toEqual([
      'inconclusive',
      'right was not compared: the rules of the check changed; accept a run with this check as the baseline',
    ]);
    const reported = compare(
      evaluationOf(all, { ...options, version: 'a' }),
      evaluationOf(all, { ...options, version: 'b' }),
      { margins: { right: false } },
    );
    expect(reported.verdict).toBe('pass');
  });

  test('is inconclusive if a check is new', () => {
    const before = { ...evaluationOf(all, { cases: 100 }), checks: [{ name: 'other' }] };
    const compared = compare(
      before,
      evaluationOf(() => 0, { cases: 100 }),
    );
    expect([compared.verdict, compared.reasons[0]]).toEqual([
      'inconclusive',
      'right was not compared: the baseline does not have this check; accept a run with this check as the baseline',
    ]);
  });

  test('is inconclusive if no metric was compared and no gate exists', () => {
    const evaluation = evaluationOf(all, { cases: 100 });
    const margins = { right: false, usd: false } as const;
    const compared = compare(evaluation, evaluation, { margins });
    expect([compared.verdict, compared.reasons]).toEqual([
      'inconclusive',
      ['no metric was compared; set a margin, or add a check or a gate'],
    ]);
    const gated = { ...evaluation, gates: [{ name: 'clean', passed: true, failed: [] }] };
    expect(compare(evaluation, gated, { margins })).toMatchObject({
      verdict: 'pass',
      reasons: ['no metric was compared, and every gate passed'],
    });
  });

  test('reports added and removed cases and compares the others', () => {
    const compared = compare(evaluationOf(all, { cases: 5 }), evaluationOf(all, { cases: 7 }));
    expect(compared.baseline).toEqual({
      at: '2026-11-23T00:00:00.000Z',
      paired: 5,
      added: ['c0005', 'c0006'],
      removed: [],
    });
    expect(metric(compared, 'right')?.cases).toBe(5);
  });

  test('is inconclusive if no case of a compared check is in both evaluations', () => {
    const before = evaluationOf(all, { cases: 100 });
    const renamed = {
      ...before,
      samples: before.samples.map((sample) => ({ ...sample, case: `x${sample.case}` })),
    };
    const silent = { ...before, samples: before.samples.map((sample) => ({ ...sample, scores: {} })) };
    for (const after of [renamed, silent]) {
      const compared = compare(before, after);
      expect(compared.verdict).toBe('inconclusive');
      expect(compared.reasons[0]).toMatch(/^right was not compared: no case has it in both evaluations/);
    }
    expect(compare(before, silent, { margins: { right: false } }).verdict).toBe('pass');
  });

  test('omits samples without a result, which make the verdict incomplete', () => {
    const after = evaluationOf((at) => Number(at > 0), { cases: 100 });
    const [first, ...rest] = after.samples;
    const error = { kind: 'overloaded', message: 'busy', counts: false } as const;
    const samples = [{ ...first!, scores: {}, error }, ...rest];
    const totals = { ...after.totals, errors: 1 };
    const compared = compare(evaluationOf(all, { cases: 100 }), { ...after, samples, totals });
    expect(compared.verdict).toBe('incomplete');
    expect(compared.reasons[0]).toBe('1 sample of 100 without a result; first case "c0000", trial 1: busy');
    expect(metric(compared, 'right')).toMatchObject({ mean: 1, cases: 99 });
  });

  test('a failure precedes an incomplete run', () => {
    const after = evaluationOf(() => 0);
    const totals = { ...after.totals, skipped: 3 };
    expect(compare(evaluationOf(all), { ...after, totals }).verdict).toBe('fail');
  });

  test.each([
    [{ permutations: 98 }, /permutations must be an integer from 99 to 100000/],
    [{ margins: { other: 0.1 } }, /`margins.other`/],
    [{ margins: { right: NaN } }, /`margins.right`/],
  ])('rejects %o', (options, message) => {
    expect(() => compare(undefined, evaluationOf(all), options)).toThrow(config(message));
  });

  test('rejects a baseline of another evaluation', () => {
    expect(() => compare({ ...evaluationOf(all), name: 'other' }, evaluationOf(all))).toThrow(/other/);
  });
});

describe('evaluation files', () => {
  const file = (): string => join(testFolder(), 'demo.jsonl');

  test('a written evaluation is read again', async () => {
    const path = file();
    const evaluation = compare(
      evaluationOf(all),
      evaluationOf((at) => Number(at > 3)),
    );
    await writeEvaluation(path, evaluation);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(42);
    expect(await readEvaluation(path)).toEqual(JSON.parse(JSON.stringify(evaluation)));
  });

  test('a missing, incomplete or different file is rejected', async () => {
    const path = file();
    await expect(readEvaluation(path)).rejects.toMatchObject({ kind: 'not-found' });
    await writeEvaluation(path, evaluationOf(all));
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.slice(0, -2).join('\n'));
    await expect(readEvaluation(path)).rejects.toMatchObject({ kind: 'config' });
    writeFileSync(path, '');
    appendFileSync(path, '{"format":"other"}\n');
    await expect(readEvaluation(path)).rejects.toMatchObject({ kind: 'config' });
  });
});
