import { LlmError, type JsonValue, type Majordomo } from '@majordomo/core';
import { agreementOf, type Agreement, type Judgment } from './agreement.ts';
import { digest } from './digest.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluateOptions } from './evaluation.ts';
import { configError } from './options.ts';
import type { Case, Check } from './types.ts';

/** Output with a human label. */
export interface Labeled<Input = JsonValue> {
  readonly id?: string | undefined;
  readonly input: Input;
  readonly output: string;
  readonly expected?: unknown;
  /** Whether the output is good. */
  readonly label: boolean;
}

/** Options of `calibrate`. */
export interface CalibrateOptions extends Omit<EvaluateOptions, 'accept' | 'only' | 'trials'> {
  /** Name of the recordings file. */
  readonly name: string;
  /** Majordomo that creates the judge's model. */
  readonly majordomo?: Pick<Majordomo, 'model' | 'resolve'> | undefined;
}

/**
 * Applies a judge to labeled outputs and returns its agreement with the labels. Records the judge's calls under `name`, as an
 * evaluation does. Rejects with `config` for fewer than two outputs, and with the sample's error if a judgment has no result.
 */
export async function calibrate<Input = JsonValue>(
  judge: Check,
  labeled: Iterable<Labeled<Input>> | AsyncIterable<Labeled<Input>>,
  options: CalibrateOptions,
): Promise<Agreement> {
  const { name, majordomo, ...rest } = options;
  const outputs = new Map<string, Labeled<Input>>();
  const cases: Case<Input>[] = [];
  for await (const one of labeled) {
    const id = one.id ?? digest([one.input, one.output], 12);
    outputs.set(id, one);
    cases.push({ id, input: one.input, expected: one.expected });
  }
  if (cases.length < 2) throw configError(name, 'labeled', 'must contain at least two outputs');
  const { samples, totals } = await evaluate<Input, unknown>(
    {
      name,
      majordomo,
      cases,
      subject: (_input, { case: { id } }) => outputs.get(id)?.output ?? '',
      checks: { judge: judge as Check<Input> },
    },
    rest,
  );
  if (totals.skipped > 0) throw configError(name, 'budgetUsd', 'was spent before all outputs were judged');
  const judgments = samples.map(({ case: id, scores, error }): Judgment => {
    if (error !== undefined)
      throw new LlmError(error.kind === 'error' ? 'config' : error.kind, error.message);
    const { judge: result } = scores;
    if (result === undefined) throw configError(name, 'judge', `does not apply to ${JSON.stringify(id)}`);
    return { id, label: outputs.get(id)?.label === true, score: result.score, reason: result.reason };
  });
  return agreementOf(judgments);
}
