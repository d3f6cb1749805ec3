import { LlmError, type PreparedTarget } from '@majordomo/core';
import type { BatchRow } from './contract.ts';
import { PLACES, type BatchTarget, type ItemData, type StoredAttempt } from './record.ts';
import type { Round } from './round.ts';
import { dataOf, storedError, storedResponse, type AnyResponse } from './stored-item.ts';

/** Change of a row. */
export interface Move {
  readonly index: number;
  readonly from: string;
  readonly to: string;
  readonly data: string;
}

/** Returns the move of an answered item. */
export function answeredMove(row: BatchRow, attempt: StoredAttempt, response: AnyResponse): Move {
  const attempts = [...dataOf(row).attempts, attempt];
  return moveTo(row, PLACES.answered, { attempts, response: storedResponse(response) });
}

/** Returns the final move of an item that failed with `error`. */
export function failedMove(row: BatchRow, attempts: readonly StoredAttempt[], error: LlmError): Move {
  return moveTo(row, PLACES.failed, { attempts, error: storedError(error) });
}

/** Failure of an item at one target. */
export interface Failure {
  readonly attempt: StoredAttempt;
  readonly error: LlmError;
  /** Whether the item may move to the next target. */
  readonly advances: boolean;
  /** Position of the failed target in the chain. */
  readonly position: number;
  readonly next: PreparedTarget | undefined;
}

/** Returns the move of an item after a failure: to the next target, to the live calls, or to its end. Emits `item-moved`. */
export function moveAfter(row: BatchRow, failure: Failure, round: Round): Move {
  const { attempt, error, next, position } = failure;
  const attempts = [...dataOf(row).attempts, attempt];
  const { record, key, setup } = round;
  const isOurCancellation = error.kind === 'aborted' && round.isClosing;
  if (!failure.advances && !isOurCancellation) return failedMove(row, attempts, error);
  if (record.isCancelled === true) return failedMove(row, attempts, cancelledError(key));
  const place = nextPlace(round, next && position + 1);
  if (place === undefined) {
    const isTooLate = round.isLate && (next !== undefined || isOurCancellation || record.live !== undefined);
    return failedMove(row, attempts, isTooLate ? deadlineError(key) : error);
  }
  const to = place === PLACES.live ? 'live' : (next?.attempt.target ?? '');
  setup.emit({ type: 'item-moved', key, id: row.id, from: attempt.target, to, error });
  return moveTo(row, place, { attempts });
}

/** Returns the place of an item whose target failed; `undefined` if the item has failed. */
function nextPlace(
  { record: { live }, isLate }: Round,
  nextPosition: number | undefined,
): string | undefined {
  const isFor = (when: 'late' | 'failed'): boolean => live?.when === when || live?.when === 'both';
  if (isLate) return isFor('late') ? PLACES.live : undefined;
  if (nextPosition !== undefined) return PLACES.queue(nextPosition);
  return isFor('failed') ? PLACES.live : undefined;
}

/** Returns the move of an item that is not sent by batch anymore, because the job was cancelled or its deadline is near. */
export function closingMove(row: BatchRow, round: Round): Move {
  const { record, key } = round;
  const { attempts } = dataOf(row);
  if (record.isCancelled === true) return failedMove(row, attempts, cancelledError(key));
  if (nextPlace(round, undefined) === PLACES.live) return moveTo(row, PLACES.live, { attempts });
  return failedMove(row, attempts, deadlineError(key));
}

const moveTo = ({ index, place }: BatchRow, to: string, data: ItemData): Move => ({
  index,
  from: place,
  to,
  data: JSON.stringify(data),
});

const cancelledError = (key: string): LlmError => new LlmError('aborted', `job "${key}" was cancelled`);

const deadlineError = (key: string): LlmError =>
  new LlmError('timeout', `the deadline of job "${key}" passed before an answer arrived`, { phase: 'total' });

/** Returns a failed attempt of a batch as JSON. A request that the vendor did not answer costs nothing. */
export function failedAttempt(
  about: BatchTarget,
  error: LlmError,
  facts: Pick<StoredAttempt, 'batch' | 'ms'> & Partial<Pick<StoredAttempt, 'outcome' | 'usage' | 'nanoUsd'>>,
): StoredAttempt {
  return { ...about, outcome: 'failed', via: 'batch', nanoUsd: '0', ...facts, error: storedError(error) };
}

/** Returns the facts about a target that stored attempts contain. */
export const aboutTarget = ({ attempt }: PreparedTarget): BatchTarget => {
  const { target, vendor, model, billing, name } = attempt;
  return { target, vendor, model, billing, name };
};
