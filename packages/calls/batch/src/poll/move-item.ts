import { LlmError, type PreparedTarget } from '@majordomo/core';
import { storedError } from '@majordomo/core/toolkit';
import { PLACES, type BatchTarget, type ItemData, type ItemAttempt } from '../record/record.ts';
import type { BatchTargets, Round } from './round.ts';
import type { ItemRow, Move } from '../record/rows.ts';
import { storedResponse, type AnyResponse } from '../record/stored-item.ts';

/** Returns the move of an answered item to its final place. The move adds the response and `attempts` to the item's data. */
export const answeredMove = (row: ItemRow, attempts: readonly ItemAttempt[], response: AnyResponse): Move =>
  moveTo(row, PLACES.answered, attempts, { response: storedResponse(response) });

/** Returns the move of a failed item to its final place. The move adds `error` and `attempts` to the item's data. */
export const failedMove = (row: ItemRow, attempts: readonly ItemAttempt[], error: LlmError): Move =>
  moveTo(row, PLACES.failed, attempts, { error: storedError(error) });

/** Failure of an item at one target. */
export interface Failure extends BatchTargets {
  readonly error: LlmError;
  /** Position of the failed target in the chain. */
  readonly position: number;
  /** Whether the item may move to the next target. `@default` the decision of the failover table */
  readonly advances?: boolean | undefined;
  /** Facts about the attempt. `@default` a failed attempt without cost */
  readonly facts?: Partial<ItemAttempt>;
}

/** Returns the move of an item after a failure: to the next target, to the live calls, or to its end. May emit `item-moved`. */
export function moveAfter(row: ItemRow, failure: Failure, round: Round): Move {
  const { target, next, error, position, facts, advances = target.decide(error).advance } = failure;
  const { record, key, setup } = round;
  const about = aboutTarget(target);
  const withoutCost = { ...about, outcome: 'failed', via: 'batch', ms: 0, nanoUsd: '0' } as const;
  const attempt: ItemAttempt = { ...withoutCost, ...facts, error: storedError(error) };
  // An item that the job itself has cancelled may still become a live call.
  const isOwnCancellation = error.kind === 'aborted' && round.isClosing;
  if (!advances && !isOwnCancellation) return failedMove(row, [attempt], error);
  if (record.isCancelled === true) return failedMove(row, [attempt], cancelledError(key));
  const place = nextPlace(round, next && position + 1);
  if (place === undefined) return failedMove(row, [attempt], round.isLate ? deadlineError(key) : error);
  const to = place === PLACES.live ? 'live' : (next?.attempt.target ?? '');
  setup.emit({ type: 'item-moved', key, id: row.id, from: about.target, to, error });
  return moveTo(row, place, [attempt]);
}

/** Returns the next place of an item, or `undefined` if the item has failed. */
function nextPlace({ record: { live }, isLate }: Round, next: number | undefined): string | undefined {
  const isFor = (when: 'late' | 'failed'): boolean => live?.when === when || live?.when === 'both';
  if (isLate) return isFor('late') ? PLACES.live : undefined;
  if (next !== undefined) return PLACES.queue(next);
  return isFor('failed') ? PLACES.live : undefined;
}

/** Returns the move of an item that no batch sends anymore, because the job was cancelled or its deadline is near. */
export function closingMove(row: ItemRow, round: Round): Move {
  if (round.record.isCancelled === true) return failedMove(row, [], cancelledError(round.key));
  const place = nextPlace(round, undefined);
  return place === undefined ? failedMove(row, [], deadlineError(round.key)) : moveTo(row, place, []);
}

/** Returns a move that adds attempts and the result to the data of a row. */
function moveTo(
  row: ItemRow,
  to: string,
  attempts: readonly ItemAttempt[],
  result: Omit<ItemData, 'attempts'> = {},
): Move {
  return { row, to, data: { attempts: [...row.data.attempts, ...attempts], ...result } };
}

const cancelledError = (key: string): LlmError => new LlmError('aborted', `job "${key}" was cancelled`);

const deadlineError = (key: string): LlmError =>
  new LlmError('timeout', `the deadline of job "${key}" passed before an answer arrived`, { phase: 'total' });

/** Returns the facts about a target for a stored attempt. */
export const aboutTarget = ({ attempt }: PreparedTarget): BatchTarget => {
  const { target, vendor, model, billing, name } = attempt;
  return { target, vendor, model, billing, name };
};
