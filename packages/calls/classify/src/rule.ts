import type {
  AnswerOf,
  Calibration,
  CallOptions,
  ClassificationModel,
  ClassificationRequest,
  Question,
} from '@majordomo/core';
import { checkOptions, checkQuestions, type Kinds } from '@majordomo/core/toolkit';

/** Condition on the answer to one question. */
export interface AnswerRule<Q extends Question = Question> {
  /** Name of the rule, which is also the name of the question in `calibration`. 1 to 60 letters, digits, `_` or `-`. */
  readonly name: string;
  readonly model: ClassificationModel;
  readonly question: Q;
  /** Returns whether the condition holds. */
  readonly when: (answer: AnswerOf<Q>) => boolean;
  /** Calibration that contains the question. @default none */
  readonly calibration?: Calibration | undefined;
}

const KINDS: Kinds = {
  name: 'string',
  model: 'object with classify',
  question: 'object',
  when: 'function',
  calibration: 'object',
};

/** Throws `config` or `invalid-request` for an invalid rule. `more`: kinds of further members. */
export function checkRule(subject: string, rule: AnswerRule<never>, more: Kinds = {}): void {
  checkOptions(subject, rule, { ...KINDS, ...more }, ['name', 'model', 'question', 'when']);
  checkQuestions({ [rule.name]: rule.question });
}

/** Returns whether the condition of a rule holds for an input. */
export async function holdsFor<Q extends Question>(
  { name, model, question, when, calibration }: AnswerRule<Q>,
  input: ClassificationRequest['input'],
  options: CallOptions,
): Promise<boolean> {
  const request = { input, questions: { [name]: question }, calibration };
  const { answers } = await model.classify(request, options);
  return when(answers[name] as AnswerOf<Q>);
}
