import { checkRequestPart } from '../prepare/validate.ts';
import { filledText, list, matching, object, record, tagged, text } from '../util/checks.ts';

const name = matching(
  /^(?!__proto__$)[\w-]{1,64}$/,
  'must be named with 1 to 64 letters, digits, "_" or "-", other than __proto__',
);
const choiceName = matching(
  /^(?!__proto__$)(?=.*\S).{1,100}$/s,
  'must have a name of 1 to 100 characters, other than __proto__',
);

const common = { type: text, instructions: filledText };
const question = tagged('type', {
  predicate: object(common),
  choice: object({ ...common, choices: record(text, 2, 255, choiceName) }),
  score: object({ ...common, levels: list(filledText, 2, 10) }),
});
const all = record(question, 1, 400, name);

/** Throws `invalid-request` with the path for questions that no model can answer. */
export function checkQuestions(questions: unknown): void {
  checkRequestPart(all, questions, 'questions');
}
