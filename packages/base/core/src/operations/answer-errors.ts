import { LlmError } from '../types/llm-error.ts';

/** Returns the error of an answer that does not fit its question. */
export const answerError = (target: string, name: string, problem: string): LlmError =>
  new LlmError('invalid-output', `${target}: the answer to the question "${name}" ${problem}`, {
    target,
    path: `questions.${name}`,
  });

/** Returns the error of a question that the model has refused. */
export const refusedQuestionError = (target: string, name: string): LlmError =>
  new LlmError('content-filter', `${target}: the model refused the question "${name}"`, {
    target,
    code: 'refusal',
    path: `questions.${name}`,
  });
