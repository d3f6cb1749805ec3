import { invalidError } from '../prepare/validate.ts';
import { isList, isRecord } from '../util/values.ts';

const MAX_QUESTIONS = 400;
const MAX_CHOICES = 255;
const MAX_LEVELS = 10;
const MAX_NAME_LENGTH = 100;
const NAME = /^[\w-]{1,64}$/;

/** Throws `invalid-request` with the path of the first invalid question. */
export function checkQuestions(questions: unknown): void {
  if (!isRecord(questions)) throw invalidError('questions', 'must be an object of questions by name');
  const entries = Object.entries(questions);
  if (entries.length === 0 || entries.length > MAX_QUESTIONS)
    throw invalidError('questions', `must contain 1 to ${MAX_QUESTIONS} questions, not ${entries.length}`);
  for (const [name, question] of entries) checkQuestion(name, question);
}

/** Members of each type of question that contain its options. */
const OPTIONS: Readonly<Record<string, string | undefined>> = {
  predicate: undefined,
  choice: 'choices',
  score: 'levels',
};

function checkQuestion(name: string, question: unknown): void {
  const path = `questions.${name}`;
  if (!NAME.test(name) || name === '__proto__')
    throw invalidError(path, 'must be named with 1 to 64 letters, digits, "_" or "-", other than __proto__');
  if (!isRecord(question)) throw invalidError(path, 'must be an object with type and instructions');
  const { type, instructions } = question;
  if (typeof type !== 'string' || !Object.hasOwn(OPTIONS, type))
    throw invalidError(`${path}.type`, `must be one of ${Object.keys(OPTIONS).join(', ')}`);
  const member = OPTIONS[type];
  for (const other of Object.keys(question)) {
    if (other === 'type' || other === 'instructions' || other === member) continue;
    const remedy = member === undefined ? 'write it into instructions' : `use ${member}`;
    throw invalidError(`${path}.${other}`, `is not a member of a question of the type ${type}; ${remedy}`);
  }
  checkText(instructions, `${path}.instructions`);
  if (type === 'choice') checkChoices(question['choices'], `${path}.choices`);
  if (type === 'score') checkLevels(question['levels'], `${path}.levels`);
}

function checkChoices(choices: unknown, path: string): void {
  if (!isRecord(choices)) throw invalidError(path, 'must be an object of descriptions by name');
  const entries = Object.entries(choices);
  checkCount(entries.length, MAX_CHOICES, path);
  for (const [name, description] of entries) {
    if (name.trim() === '' || name.length > MAX_NAME_LENGTH || name === '__proto__')
      throw invalidError(
        `${path}.${name}`,
        `must have a name of 1 to ${MAX_NAME_LENGTH} characters, other than __proto__`,
      );
    if (typeof description !== 'string')
      throw invalidError(`${path}.${name}`, 'must be a description, which may be empty');
  }
}

function checkLevels(levels: unknown, path: string): void {
  if (!isList(levels)) throw invalidError(path, 'must be an array of descriptions');
  checkCount(levels.length, MAX_LEVELS, path);
  for (const [at, level] of levels.entries()) checkText(level, `${path}[${at}]`);
}

function checkCount(count: number, max: number, path: string): void {
  if (count < 2 || count > max) throw invalidError(path, `must have 2 to ${max} entries, not ${count}`);
}

function checkText(value: unknown, path: string): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalidError(path, 'must be a string, and not empty');
}
