import { LlmError, type JsonValue } from '@majordomo/core';
import { evaluate } from './evaluate.ts';
import { digest } from '../util/json.ts';
import { configError } from '../definition/options.ts';
import { kappa, wilson } from '../compare/statistics.ts';
import type { Case, Check, EvalDefinition, EvaluateOptions } from '../definition/types.ts';

/** Output that a person has labeled. */
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
  /** Name of the evaluation and of its recordings file. */
  readonly name: string;
  /** Majordomo that creates the judge's model. */
  readonly majordomo?: EvalDefinition['majordomo'];
}

/** Judge's score of an output that a person has labeled. */
export interface Judgment {
  readonly id: string;
  readonly label: boolean;
  readonly score: number;
  readonly reason: string | undefined;
}

/** Agreement of a judge with human labels. A score of 0.5 or more means that the judge accepts the output. */
export interface Agreement {
  /** Number of labeled outputs. */ readonly n: number;
  /** Share of outputs on which judge and label agree. */
  readonly accuracy: number;
  /** 95 % Wilson interval of `accuracy`. */ readonly interval: readonly [low: number, high: number];
  /** Cohen's kappa, the agreement beyond chance: 1 is perfect, 0 is chance. `undefined` if all labels and verdicts are equal. */
  readonly kappa: number | undefined;
  /** Share of good outputs that the judge accepts. `undefined` if no good output exists. */
  readonly sensitivity: number | undefined;
  /** Share of bad outputs that the judge rejects. `undefined` if no bad output exists. */
  readonly specificity: number | undefined;
  readonly disagreements: readonly Judgment[];
}

/**
 * Applies a judge to labeled outputs and compares its scores with the labels. Replays or records the judge's calls in the file of
 * `name`, as `mode` specifies. Rejects with `config` for fewer than two outputs. If the judge throws an `LlmError`, rejects with its
 * kind and message. Any other error of the judge counts as the score 0, as in `evaluate`.
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
  if (totals.skipped > 0) throw configError(name, 'budgetUsd', 'is too low to judge all outputs; raise it');
  const judgments = samples.map(({ case: id, scores, error }): Judgment => {
    if (error !== undefined)
      throw new LlmError(error.kind === 'error' ? 'config' : error.kind, error.message);
    const { judge: result } = scores;
    if (result === undefined) throw configError(name, 'judge', `must score the output ${JSON.stringify(id)}`);
    return { id, label: outputs.get(id)?.label === true, score: result.score, reason: result.reason };
  });
  return agreementOf(judgments);
}

function agreementOf(judgments: readonly Judgment[]): Agreement {
  const isEqual = ({ label, score }: Judgment): boolean => label === score >= 0.5;
  const accuracyOf = (group: readonly Judgment[]): number | undefined =>
    group.length === 0 ? undefined : group.filter(isEqual).length / group.length;
  return {
    n: judgments.length,
    accuracy: accuracyOf(judgments) ?? 0,
    interval: wilson(judgments.filter(isEqual).length, judgments.length),
    kappa: kappa(judgments.map(({ label, score }) => [label, score >= 0.5])),
    sensitivity: accuracyOf(judgments.filter(({ label }) => label)),
    specificity: accuracyOf(judgments.filter(({ label }) => !label)),
    disagreements: judgments.filter((judgment) => !isEqual(judgment)),
  };
}
