import {
  type AnswerOf,
  type Basis,
  type Calibration,
  type CalibrationCurve,
  type CallOptions,
  type ClassificationRequest,
  LlmError,
  type Majordomo,
  type Question,
  type Questions,
} from '@majordomo/core';
import {
  atLeast,
  checkOptions,
  checkQuestions,
  isRecord,
  type KindsOf,
  optionCount,
  questionHash,
  Semaphore,
} from '@majordomo/core/toolkit';
import { fitCurve, type Sample } from './fit.ts';
import { accuracyOf, type CalibrationQuality, crossValidated, qualityOf } from './quality.ts';

export type { CalibrationQuality } from './quality.ts';

/** Label of a question: `true` or `false`, a choice, or the index of a level. */
export type LabelOf<Q extends Question> = Q extends { readonly type: 'predicate' }
  ? boolean
  : Q extends { readonly choices: infer Choices }
    ? Extract<keyof Choices, string>
    : number;

/** Labeled example. A question without a label is not learned from it. */
export interface Labeled<Q extends Questions = Questions> {
  readonly input: ClassificationRequest['input'];
  readonly labels: { readonly [Name in keyof Q]?: LabelOf<Q[Name]> };
}

/** Options of `learnCalibration`. */
export interface LearnOptions<Q extends Questions> {
  /** Majordomo whose providers answer. */
  readonly majordomo: Pick<Majordomo, 'classificationModel' | 'resolve'>;
  /** Chain whose targets are calibrated, each separately. */
  readonly spec: string;
  /** Questions by name, as in the later requests. */
  readonly questions: Q;
  /** At least 20 labels of each question, with at least two different labels. */
  readonly examples: readonly Labeled<NoInfer<Q>>[];
  /** Sources to calibrate. @default each target's best */
  readonly bases?: readonly Basis[] | undefined;
  /** Maximum number of calls at a time. @default 8 */
  readonly concurrency?: number | undefined;
  /** Options of each call. @default {} */
  readonly call?: CallOptions | undefined;
}

/** Quality of one question at one target, by 5-fold cross-validation. */
export interface CalibrationRow {
  readonly question: string;
  readonly target: string;
  readonly basis: Basis;
  /** Number of labels. */
  readonly n: number;
  /** Share of examples whose most probable option is the label, after calibration. */
  readonly accuracy: number;
  /** Quality of the probabilities that the target returned. */
  readonly before: CalibrationQuality;
  /** Quality of the calibrated probabilities. */
  readonly after: CalibrationQuality;
}

const KINDS: KindsOf<LearnOptions<Questions>> = {
  majordomo: 'object with classificationModel',
  spec: 'string',
  questions: 'object',
  examples: 'array',
  bases: 'array',
  concurrency: atLeast(1),
  call: 'object',
};
const MIN_LABELS = 20;
const MAX_FAILED = 0.1;
const ALL_BASES: readonly Basis[] = ['vendor', 'logprobs', 'stated'];

/**
 * Sends every example to every target of the chain, and fits one curve per question and target. Rejects with `config` for fewer than
 * 20 labels of a question, or only one distinct label. A failed example is left out. If more than 10 % of the examples fail at a
 * target, the call rejects with the first error. The same answers result in the same calibration.
 *
 * @example
 * const { calibration, report } = await learnCalibration({ majordomo, spec, questions, examples });
 */
export async function learnCalibration<const Q extends Questions>(
  options: LearnOptions<Q>,
): Promise<{ readonly calibration: Calibration; readonly report: readonly CalibrationRow[] }> {
  checkOptions('learnCalibration', options, KINDS, ['majordomo', 'spec', 'questions', 'examples']);
  const { majordomo, spec, questions, examples, concurrency = 8, call = {} } = options;
  checkQuestions(questions);
  const labels = examples.map((example, at) => labelsOf(example, questions, at));
  checkCounts(questions, labels);
  const resolved = await majordomo.resolve(spec, { signal: call.signal, tenant: call.tenant });
  const targets = [...new Set(resolved.map(({ target }) => target))];
  const limit = new Semaphore(concurrency);
  const learned = await Promise.all(
    targets.map(async (target) => {
      const answers = await answersAt(target, labels, limit, options);
      return Object.entries(questions).map(([name, question]) => curveOf(target, name, question, answers));
    }),
  );
  return { calibration: calibrationOf(questions, learned), report: learned.flat().map(({ row }) => row) };
}

/** Labels of an example as positions of options, by question. */
interface Positions {
  readonly input: ClassificationRequest['input'];
  readonly positions: Readonly<Record<string, number>>;
}

function labelsOf(example: unknown, questions: Questions, at: number): Positions {
  const path = `examples[${at}]`;
  if (!isRecord(example) || !isRecord(example['labels']))
    throw configError(path, 'must be an object with input and labels');
  const entries = Object.entries(example['labels']).filter(([, label]) => label !== undefined);
  const positions = entries.map(([name, label]) => {
    const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
    if (question === undefined) throw configError(`${path}.labels.${name}`, 'is not the label of a question');
    const position = positionOf(question, label);
    if (position === undefined) throw configError(`${path}.labels.${name}`, `must be ${expected(question)}`);
    return [name, position] as const;
  });
  return {
    input: example['input'] as ClassificationRequest['input'],
    positions: Object.fromEntries(positions),
  };
}

function positionOf(question: Question, label: unknown): number | undefined {
  // The options are `[true, false]`.
  if (question.type === 'predicate') return typeof label === 'boolean' ? Number(!label) : undefined;
  const options: readonly unknown[] =
    question.type === 'choice' ? Object.keys(question.choices) : question.levels.map((_, level) => level);
  const position = options.indexOf(label);
  return position === -1 ? undefined : position;
}

function expected(question: Question): string {
  if (question.type === 'predicate') return 'true or false';
  return question.type === 'choice'
    ? `one of ${Object.keys(question.choices).join(', ')}`
    : `an integer from 0 to ${question.levels.length - 1}`;
}

function checkCounts(questions: Questions, labels: readonly Positions[]): void {
  for (const name of Object.keys(questions)) {
    const given = labels.flatMap(({ positions }) => positions[name] ?? []);
    if (given.length < MIN_LABELS)
      throw configError(
        'examples',
        `must have at least ${MIN_LABELS} labels of "${name}", not ${given.length}`,
      );
    if (new Set(given).size < 2)
      throw configError('examples', `must have at least two different labels of "${name}"`);
  }
}

const configError = (path: string, problem: string): LlmError =>
  new LlmError('config', `learnCalibration: ${path} ${problem}`, { path });

/** Answer of a target to the labeled questions of one example. */
interface Answered {
  readonly positions: Positions['positions'];
  readonly answers: Readonly<Record<string, AnswerOf<Question>>>;
}

/** Asks one target about all examples. Rejects with the first error if more than 10 % fail. */
async function answersAt(
  target: string,
  examples: readonly Positions[],
  limit: Semaphore,
  { majordomo, questions, bases = ALL_BASES, call = {} }: LearnOptions<Questions>,
): Promise<readonly Answered[]> {
  const model = majordomo.classificationModel(target);
  const { signal = new AbortController().signal } = call;
  const errors: LlmError[] = [];
  const labeled = examples.filter(({ positions }) => Object.keys(positions).length > 0);
  const isHopeless = (): boolean => errors.length > MAX_FAILED * labeled.length;
  const results = await Promise.all(
    labeled.map(({ input, positions }) =>
      limit.run(signal, async (): Promise<Answered | undefined> => {
        if (isHopeless()) return undefined;
        const asked = Object.entries(questions).filter(([name]) => Object.hasOwn(positions, name));
        try {
          const request = { input, questions: Object.fromEntries(asked), bases };
          const { answers } = await model.classify(request, call);
          return { positions, answers };
        } catch (error) {
          if (!LlmError.is(error) || LlmError.is(error, 'aborted', 'config')) throw error;
          errors.push(error);
          return undefined;
        }
      }),
    ),
  );
  const [first] = errors;
  if (first !== undefined && isHopeless()) throw first;
  return results.filter((result) => result !== undefined);
}

interface Learned {
  readonly row: CalibrationRow;
  readonly curve: CalibrationCurve;
}

function curveOf(target: string, name: string, question: Question, answered: readonly Answered[]): Learned {
  const options = optionCount(question);
  const given = answered.flatMap(({ positions, answers }) => {
    const answer = answers[name];
    const label = positions[name];
    return answer === undefined || label === undefined ? [] : [{ answer, label }];
  });
  // A target that turns out to report no log probabilities answers the remaining examples with stated probabilities.
  const basis = given.at(-1)?.answer.basis ?? 'vendor';
  const samples = given
    .filter(({ answer }) => answer.basis === basis)
    .map(({ answer, label }): Sample => ({ probabilities: probabilitiesOf(answer), label }));
  if (samples.length < MIN_LABELS)
    throw configError('examples', `have only ${samples.length} answers of ${target} to "${name}"`);
  const { scale, bias } = fitCurve(samples, options);
  const validated = crossValidated(samples, options);
  const n = samples.length;
  const row = {
    question: name,
    target,
    basis,
    n,
    accuracy: accuracyOf(validated),
    before: qualityOf(samples),
    after: qualityOf(validated),
  };
  return { row, curve: { basis, scale, bias, n } };
}

function probabilitiesOf(answer: AnswerOf<Question>): readonly number[] {
  if (answer.type === 'predicate') return [answer.probability, 1 - answer.probability];
  return answer.type === 'choice' ? Object.values(answer.probabilities) : answer.probabilities;
}

function calibrationOf(questions: Questions, learned: readonly (readonly Learned[])[]): Calibration {
  const all = learned.flat();
  const entries = Object.entries(questions).map(([name, question]) => {
    const curves = all.filter(({ row }) => row.question === name);
    const targets = Object.fromEntries(curves.map(({ row, curve }) => [row.target, curve]));
    return [name, { hash: questionHash(question), targets }] as const;
  });
  return { version: 1, questions: Object.fromEntries(entries) };
}
