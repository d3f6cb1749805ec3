import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../src/index.ts';
import { evaluate } from '../src/index.ts';
import '../src/vitest.ts';
import { answerTo, echo, fakeModels, tempFolder } from './support/fixture.ts';

const { majordomo } = fakeModels(answerTo);
const run = (score: number): Promise<Evaluation> =>
  evaluate(echo(majordomo, { gates: { ok: () => score }, checks: {} }), {
    folder: tempFolder(),
    mode: 'record',
  });

describe('toPassEval', () => {
  test('passes for the verdict `pass` and fails for `fail` with the table', async () => {
    expect(await run(1)).toPassEval();
    const failed = await run(0);
    expect(() => expect(failed).toPassEval({ allowInconclusive: true })).toThrow(
      /demo: fail\n- gate ok failed/,
    );
  });

  test('passes for `inconclusive` on request only', async () => {
    const definition = echo(majordomo, { checks: { good: () => 1 } });
    const evaluation = await evaluate(definition, { folder: tempFolder(), mode: 'record' });
    expect(evaluation.verdict).toBe('inconclusive');
    expect(evaluation).toPassEval({ allowInconclusive: true });
    expect(() => expect(evaluation).toPassEval()).toThrow(/demo: inconclusive/);
  });
});
