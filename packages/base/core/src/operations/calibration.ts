import type {
  AnswerFacts,
  AnswerOf,
  Basis,
  Calibration,
  CalibrationCurve,
  Question,
  Questions,
} from '../types/classification.ts';
import type { ClassificationRequest } from '../types/operations.ts';
import { hash128 } from '../util/bytes.ts';
import { checked, list, number, oneOf, open, positive, problem, record, text } from '../util/checks.ts';
import { configError } from '../util/options.ts';
import { asNumber, isList } from '../util/values.ts';

/** All sources of probabilities, the best first. */
export const BASES: readonly Basis[] = ['vendor', 'logprobs', 'stated'];

/** Smallest probability that a curve distinguishes, because a vendor that rounds to two decimals returns 0 below it. */
export const MIN_PROBABILITY = 0.005;

/** Returns the number of options of a question. */
export function optionCount(question: Question): number {
  if (question.type === 'predicate') return 2;
  return question.type === 'choice' ? Object.keys(question.choices).length : question.levels.length;
}

/** Maximum number of output tokens for the label of one option, which is the minimum that the Responses API accepts. */
export const LABEL_TOKENS = 16;

/**
 * Returns the maximum number of output tokens for the stated numbers of this many options: an estimate of 20 for the name and the
 * number of each option, and of 200 for everything else. The ledger reserves this number.
 */
export const statedTokens = (options: number): number => 200 + 20 * options;

/** Returns the hash of a question. Any change of its type, instructions, options or descriptions changes the hash. */
export function questionHash(question: Question): string {
  const { type, instructions } = question;
  // A predicate has no options. Its `false` must not change, because stored calibrations contain the hash.
  const options = type === 'choice' ? Object.entries(question.choices) : type === 'score' && question.levels;
  return hash128(JSON.stringify([type, instructions, options]));
}

/** Applies a curve to probabilities that sum to 1. */
export function applyCurve(
  probabilities: readonly number[],
  { scale, bias }: Pick<CalibrationCurve, 'scale' | 'bias'>,
): readonly number[] {
  const logits = probabilities.map(
    (probability, at) => scale * Math.log(Math.max(probability, MIN_PROBABILITY)) + (bias[at] ?? 0),
  );
  // Subtract the highest value, so that no exponential overflows.
  const highest = Math.max(...logits);
  return normalized(logits.map((logit) => Math.exp(logit - highest)));
}

/** Returns the values divided by their sum. */
function normalized(values: readonly number[]): readonly number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/** Returns the normalized distribution, or a description of its problem. Vendors round, so that sums differ from 1. */
export function checkedDistribution(value: unknown, question: Question): readonly number[] | string {
  const count = optionCount(question);
  if (!isList(value)) return 'has no probabilities';
  if (value.length !== count) return `has ${value.length} probabilities instead of ${count}`;
  const invalid = value.findIndex((each) => (asNumber(each) ?? -1) < 0);
  if (invalid !== -1) return `has the probability ${JSON.stringify(value[invalid])}`;
  const probabilities = value as readonly number[];
  const sum = probabilities.reduce((total, each) => total + each, 0);
  return sum < 0.9 || sum > 1.1 ? `has probabilities that sum to ${sum}` : normalized(probabilities);
}

/** Returns the answer to a question. */
export function answerOf(
  question: Question,
  probabilities: readonly number[],
  facts: AnswerFacts,
): AnswerOf<Question> {
  const { basis, isCalibrated } = facts;
  if (question.type === 'predicate')
    return { type: 'predicate', probability: probabilities[0] ?? 0, basis, isCalibrated };
  if (question.type === 'score') {
    const score = probabilities.reduce((sum, each, level) => sum + level * each, 0);
    return { type: 'score', score, probabilities, basis, isCalibrated };
  }
  const names = Object.keys(question.choices);
  const highest = Math.max(...probabilities);
  const entries = names.map((name, at) => [name, probabilities[at] ?? 0] as const);
  return {
    type: 'choice',
    choice: names[probabilities.indexOf(highest)] ?? '',
    probabilities: Object.fromEntries(entries),
    basis,
    isCalibrated,
  };
}

const curve = open({ basis: oneOf(...BASES), scale: positive, bias: list(number()) });
const calibrations = open({
  version: (value) => (value === 1 ? undefined : problem('must be 1; pass the result of learnCalibration')),
  questions: record(open({ hash: text, targets: record(curve) })),
});

/** Throws `config` for a calibration that is not valid, or that was learned from other questions. */
export function checkCalibration({ calibration, questions }: ClassificationRequest): void {
  if (calibration === undefined) return;
  checked(calibrations, calibration, 'calibration', configError);
  for (const [name, question] of Object.entries(questions)) checkMatch(name, question, calibration);
}

/** Throws `config` unless the calibration was learned from this wording of the question. */
function checkMatch(name: string, question: Question, { questions }: Calibration): void {
  const path = `calibration.questions.${name}`;
  const entry = Object.hasOwn(questions, name) ? questions[name] : undefined;
  if (entry === undefined) throw configError(path, 'is missing; learn it with learnCalibration');
  if (entry.hash !== questionHash(question))
    throw configError(path, 'was learned from another wording of the question; run learnCalibration again');
  const count = optionCount(question);
  for (const [target, { bias }] of Object.entries(entry.targets))
    if (bias.length !== count)
      throw configError(
        `${path}.targets["${target}"].bias`,
        `must have ${count} numbers, not ${bias.length}`,
      );
}

/** Returns the curves of a target by question, or a description of the problem. All curves must have the same basis. */
export function curvesOf(
  target: string,
  { questions }: Calibration,
  asked: Questions,
): Readonly<Record<string, CalibrationCurve>> | string {
  const curves: Record<string, CalibrationCurve> = {};
  let basis: Basis | undefined;
  for (const name of Object.keys(asked)) {
    const targets = questions[name]?.targets ?? {};
    const curve = Object.hasOwn(targets, target) ? targets[target] : undefined;
    if (curve === undefined) return `has no curve for the question "${name}"; run learnCalibration for it`;
    basis ??= curve.basis;
    if (curve.basis !== basis)
      return `has curves of the bases ${basis} and ${curve.basis}; learn them together`;
    curves[name] = curve;
  }
  return curves;
}
