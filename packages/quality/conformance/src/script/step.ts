import type { OperationAnswer, PlainTurn } from '@majordomo/testing';
import type { Answer, Failure, Fault } from '@majordomo/testing/internal';

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
  typeof answer === 'object' &&
  ['vectors', 'transcript', 'audio', 'ranking', 'verdicts', 'distributions'].some(
    (member) => member in answer,
  );
