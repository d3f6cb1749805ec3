import type { JsonValue, Question } from '@majordomo/core';
import { questionHash } from '@majordomo/core/toolkit';
import { type AnswerRule, checkRule, holdsFor } from './rule.ts';

/** Check of `@majordomo/evals`. */
export type ClassificationScore = (
  output: { readonly text: string },
  context: {
    readonly signal: AbortSignal;
    effect<T>(key: JsonValue, run: () => T | Promise<T>): Promise<T>;
  },
) => Promise<boolean>;

/**
 * Returns a check of `@majordomo/evals` that scores 1 if the rule holds for the text of the output, and 0 otherwise. The result is
 * recorded and replayed with the sample. Throws `config` for invalid options.
 */
export function classificationScore<const Q extends Question>(rule: AnswerRule<Q>): ClassificationScore {
  checkRule('classificationScore', rule as unknown as AnswerRule<never>);
  const { name, model, question, calibration, when } = rule;
  const hash = questionHash(question);
  const curves = calibration === undefined ? null : JSON.stringify(calibration.questions[name] ?? null);
  return (output, context) => {
    const key = {
      classification: name,
      spec: model.spec,
      hash,
      curves,
      // The source text of the condition, so that a changed condition is not answered with a recorded result.
      when: String(when),
      text: output.text,
    };
    const { signal } = context;
    return context.effect(key, () => holdsFor(rule, output.text, { signal }));
  };
}
