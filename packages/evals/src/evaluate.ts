import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { loadCases } from './cases.ts';
import { compare } from './compare.ts';
import { readEvaluation, writeEvaluation } from './evaluation-file.ts';
import type { EvaluateOptions, Evaluation } from './evaluation.ts';
import { readSettings } from './options.ts';
import { Recordings } from './recordings.ts';
import { Run } from './run.ts';
import type { EvalDefinition } from './types.ts';

/**
 * Runs every case, scores it and compares it with the baseline. A failed sample does not reject the run; the `verdict` reports
 * it.
 *
 * Rejects with `config` for a definition, a case or an option that is invalid, for a duplicate case id, and for a recordings or
 * baseline file in another format; with `aborted` when the signal aborts. In `record` mode, the samples that finished before the
 * abort are stored.
 *
 * @example
 * const { verdict, reasons } = await evaluate(support, { folder: 'evals' });
 */
export async function evaluate<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const settings = readSettings(definition as EvalDefinition<never, never>, options);
  const { name } = definition;
  const { folder = 'evals', mode = 'replay', only } = options;
  const cases = await loadCases(name, definition.cases, only);
  const baselineFile = join(folder, `${name}.baseline.jsonl`);
  const baseline = await readEvaluation(baselineFile).catch((error: unknown) => {
    if (LlmError.is(error, 'not-found')) return undefined;
    throw error;
  });
  const recordings =
    mode === 'live' ? undefined : await Recordings.open(join(folder, `${name}.recordings.jsonl`), name);
  const run = new Run(definition as unknown as EvalDefinition, options, {
    cases,
    settings,
    recordings,
    baseline,
  });
  await run.complete();
  const evaluation = compare(baseline, run.evaluation());
  if (options.accept !== true) return evaluation;
  const problem = reasonNotToAccept(evaluation, only);
  if (problem === undefined) await writeEvaluation(baselineFile, evaluation);
  const warnings = problem === undefined ? [] : [`the baseline was not written: ${problem}`];
  return { ...evaluation, warnings: [...evaluation.warnings, ...warnings] };
}

function reasonNotToAccept(
  { totals, gates }: Evaluation,
  only: readonly string[] | undefined,
): string | undefined {
  if (totals.errors + totals.skipped > 0) return 'the run is incomplete';
  if (gates.some(({ passed }) => !passed)) return 'a gate failed';
  return only === undefined ? undefined : 'the run is restricted by `only`';
}
