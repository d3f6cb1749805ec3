import {
  anything,
  type Check,
  isRecord,
  list,
  number,
  object,
  oneOf,
  problemIn,
  tagged,
} from '@majordomo/core/toolkit';
import {
  type OperationAnswer,
  type OperationName,
  operationProblem,
  type PlainTurn,
  turnProblem,
} from '@majordomo/testing';
import {
  type Answer,
  type AnswerPart,
  type Failure,
  FAILURE_KINDS,
  type Fault,
} from '@majordomo/testing/internal';

/**
 * Response of the server to one request: a turn of a fake provider, an answer of another operation, an `Answer` with parts, a
 * `Failure` that the vendor reports, or a `Fault`.
 */
export type Step = string | PlainTurn | Answer | OperationAnswer | Failure | Fault;

/** Whether the step is a fault. */
export const isFault = (step: Step): step is Fault => typeof step === 'object' && 'fault' in step;

/** Whether the step is a failure that the vendor reports. */
export const isFailure = (step: Step): step is Failure =>
  typeof step === 'object' && 'failure' in step && !('fault' in step);

/** Whether the step is a turn of a fake provider. */
export const isTurn = (step: Step): step is PlainTurn =>
  typeof step === 'object' &&
  !('fault' in step || 'failure' in step || 'parts' in step || isOperationAnswer(step));

/** Whether the step is an answer of an operation other than chat. */
export const isOperationAnswer = (answer: Step): answer is OperationAnswer =>
  typeof answer === 'object' && Object.values(ANSWER_MEMBERS).some((member) => member in answer);

/** Member by which an answer of each operation is recognized. */
export const ANSWER_MEMBERS: Readonly<Record<OperationName, string>> = {
  embedding: 'vectors',
  transcription: 'transcript',
  speech: 'audio',
  rerank: 'ranking',
  moderation: 'verdicts',
  classification: 'distributions',
};

/** Operations other than chat and image generation. */
export const OPERATION_NAMES = Object.keys(ANSWER_MEMBERS) as readonly OperationName[];

/** Checks of all members of a type. A member without a check is a type error. */
type MembersOf<T> = { readonly [Name in keyof Required<T>]: Check };

const FAULTS: Readonly<Record<Fault['fault'], true>> = {
  'in-band': true,
  end: true,
  cut: true,
  reset: true,
  late: true,
  stall: true,
  trickle: true,
  slow: true,
  'bad-json': true,
  html: true,
  empty: true,
  'content-type': true,
};
const FAULT = object(
  { fault: oneOf(...Object.keys(FAULTS)) },
  {
    answer: anything,
    failure: anything,
    at: anything,
    ms: number(0),
    bytes: number(1),
    everyMs: number(0),
    status: number(),
    value: anything,
  },
);
const FAILURE = object({ failure: oneOf(...Object.keys(FAILURE_KINDS)) }, {
  status: number(),
  type: anything,
  code: anything,
  param: anything,
  message: anything,
  retryAfter: anything,
  headers: anything,
} satisfies MembersOf<Omit<Failure, 'failure'>>);
const PARTS: Readonly<Record<AnswerPart['type'], Check>> = {
  text: anything,
  reasoning: anything,
  'tool-call': anything,
  vendor: anything,
  refusal: anything,
};
const ANSWER = object({ parts: list(tagged('type', PARTS)) }, {
  id: anything,
  model: anything,
  finish: anything,
  rawFinish: anything,
  ends: anything,
  usage: anything,
  interleave: anything,
} satisfies MembersOf<Omit<Answer, 'parts'>>);

/** Returns the problem of a step as a predicate such as "is not valid: text must be …"; `undefined` for a valid step. */
export function stepProblem(step: unknown): string | undefined {
  if (!isRecord(step)) return turnProblem(step);
  const check = 'fault' in step ? FAULT : 'failure' in step ? FAILURE : 'parts' in step ? ANSWER : undefined;
  if (check !== undefined) {
    const problem = problemIn(check, step);
    return problem === undefined ? undefined : `is not valid: ${problem}`;
  }
  const operation = OPERATION_NAMES.find((name) => ANSWER_MEMBERS[name] in step);
  return operation === undefined ? turnProblem(step) : operationProblem(step, operation);
}
