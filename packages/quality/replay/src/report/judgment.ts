import { wilson } from '@majordomo/evals/internal';
import type { Estimate, ReplayJudgment } from './report.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Results } from './results.ts';

/** Returns the reliability of the judge, or `undefined` if no pair was judged. */
export function judgmentOf({ units, judges }: Results): ReplayJudgment | undefined {
  const judged = units.flatMap(({ candidate }) => (candidate?.by === 'judge' ? [candidate] : []));
  if (judged.length === 0) return undefined;
  const doubtful = judged.filter(({ isDoubtful }) => isDoubtful);
  return {
    models: judges,
    pairs: judged.length,
    agreed: judged.length - doubtful.length,
    doubtful: doubtful.length,
    labels: judged.filter(({ label }) => label !== undefined).length,
    agreement: agreementOf(judged),
  };
}

function agreementOf(judged: readonly Comparison[]): Estimate | undefined {
  const clear = judged.filter(({ isDoubtful, label }) => !isDoubtful && label !== undefined);
  if (clear.length === 0) return undefined;
  const agreed = clear.filter(({ score, label = 0 }) => Math.sign(score) === Math.sign(label)).length;
  const [low, high] = wilson(agreed, clear.length);
  return { value: agreed / clear.length, low, high, n: clear.length };
}
