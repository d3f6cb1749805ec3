// Run by vitest.slow.test.ts in a separate process: one evaluation passes, one fails and one is inconclusive.
import { evaluate, type Check } from '@majordomo/evals';
import '@majordomo/evals/vitest';
import { expect, test } from 'vitest';

const run = (gate: Check, checks: Readonly<Record<string, Check>> = {}) =>
  evaluate(
    {
      name: 'demo',
      cases: ['a', 'b'].map((id) => ({ id, input: id })),
      subject: (input) => input,
      gates: { gate },
      checks,
    },
    { mode: 'live', folder: 'none' },
  );

test('passing', async () => {
  expect(await run(() => true)).toPassEval();
});

test('failing', async () => {
  expect(await run(({ text }) => text !== 'b')).toPassEval();
});

test('inconclusive', async () => {
  expect(await run(() => true, { good: () => 1 })).toPassEval();
});

test('inconclusive and allowed', async () => {
  expect(await run(() => true, { good: () => 1 })).toPassEval({ allowInconclusive: true });
});
