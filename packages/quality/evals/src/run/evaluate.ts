import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { loadCases } from '../cases/cases.ts';
import { compare } from '../compare/compare.ts';
import { readEvaluation, writeEvaluation } from '../compare/evaluation-file.ts';
import { readSettings } from '../definition/options.ts';
import { openRecordings } from '../record/recordings.ts';
import { runSamples } from './run.ts';
import type { OnAnswer } from './sample.ts';
import type { EvalDefinition, EvaluateOptions, Evaluation } from '../definition/types.ts';

/**
 * Runs every case, scores the outputs and compares the scores with the baseline. A failed sample affects the `verdict`, but does
 * not cause a rejection.
 *
 * Rejects with `config` for an invalid definition, case, option, result or score, for a duplicate case id, and for a recordings
 * or baseline file in another format. Rejects with `aborted` when the signal aborts. In `record` mode, the samples that finished
 * before the abort are stored.
 *
 * @example
 * const { verdict, reasons } = await evaluate(support, { folder: 'evals' });
 */
export function evaluate<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  return evaluateWith(definition, options, undefined);
}

/** Runs an evaluation as `evaluate` does, and reports each answered model call of its subject. */
export async function evaluateWith<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: EvaluateOptions,
  onAnswer: OnAnswer | undefined,
): Promise<Evaluation> {
  const settings = readSettings(definition as EvalDefinition<never, never>, options);
  const { name } = definition;
  const { folder = 'evals', only } = options;
  const fileOf = (content: string): string => join(folder, `${name}.${content}.jsonl`);
  const cases = await loadCases(name, definition.cases, only);
  const baseline = await readEvaluation(fileOf('baseline')).catch((error: unknown) => {
    if (LlmError.is(error, 'not-found')) return undefined;
    throw error;
  });
  const recordings = settings.mode === 'live' ? undefined : await openRecordings(fileOf('recordings'), name);
  const inputs = { cases, settings, recordings, baseline, onAnswer };
  const run = await runSamples(definition as unknown as EvalDefinition, options, inputs);
  const evaluation = compare(baseline, run);
  if (options.accept !== true) return evaluation;
  const problem = reasonNotToAccept(evaluation, only);
  if (problem !== undefined)
    return { ...evaluation, warnings: [...evaluation.warnings, `the baseline was not written: ${problem}`] };
  const accepted = acceptedRun(evaluation);
  await writeEvaluation(fileOf('baseline'), accepted);
  return accepted;
}

/** Returns an evaluation that passes because the caller accepted it. The reasons still contain the comparison. */
function acceptedRun(evaluation: Evaluation): Evaluation {
  const { baseline, reasons } = evaluation;
  const comparison = baseline === undefined ? [] : reasons;
  return { ...evaluation, verdict: 'pass', reasons: ['accepted as the baseline', ...comparison] };
}

function reasonNotToAccept({ totals, gates }: Evaluation, only: EvaluateOptions['only']): string | undefined {
  if (totals.errors + totals.skipped > 0) return 'the run is incomplete';
  if (gates.some(({ passed }) => !passed)) return 'a gate failed';
  return only === undefined ? undefined : 'the run is restricted by `only`';
}
