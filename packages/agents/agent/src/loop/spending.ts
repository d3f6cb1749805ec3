import { LlmError, messageOf, type Attempt, type ChatResponse, type Clock } from '@majordomo/core';
import { withDetails, withTimeout } from '@majordomo/core/toolkit';
import { tokensOf, type CostOf, type Spent } from '../budget/budget.ts';
import type { ToolOutcome } from '../state/state.ts';

/** Maximum time to determine the cost of a failed call, in milliseconds. */
const FAILED_COST_MS = 5000;

/** Usage and spent amounts of a failed operation. */
export type FailedWork = Pick<ToolOutcome, 'usage' | 'spent'>;

/** Property of an error that contains the work of the operation that failed. JSON and inspection of the error omit the property. */
const FAILED_WORK = Symbol('failedWork');

/**
 * Stores the usage and the spent amounts of an operation in the error with which it failed. `drive` adds them to the state of the
 * failed run. Stores nothing in a primitive value or a frozen object that the application has thrown.
 */
export function recordFailedWork(error: unknown, work: FailedWork | undefined): void {
  if (work !== undefined && typeof error === 'object' && error !== null)
    Reflect.defineProperty(error, FAILED_WORK, { value: work, configurable: true });
}

/** Returns the usage and the spent amounts that an error contains. */
export const failedWorkOf = (error: unknown): FailedWork | undefined =>
  typeof error === 'object' && error !== null && FAILED_WORK in error
    ? (error[FAILED_WORK] as FailedWork)
    : undefined;

/**
 * Returns the cost of an answered model call in nano-dollars. An unknown cost is treated as zero and causes a warning. If
 * `isRequired` is set, throws `config` instead, because the budget would have no effect.
 */
export async function costOfAnswer(
  response: ChatResponse,
  cost: CostOf | undefined,
  isRequired: boolean,
  warn: (why: string) => void,
): Promise<bigint> {
  if (cost === undefined) return 0n;
  const { nanoUsd, basis, missing } = await cost(response);
  if (typeof nanoUsd === 'bigint') return nanoUsd;
  if (basis === 'included') return 0n;
  const why = `the cost of this call is unknown: ${missing.join(', ') || 'no reason given'}`;
  if (!isRequired) {
    warn(why);
    return 0n;
  }
  throw new LlmError(
    'config',
    `${response.target}: ${why}; add a missing price to the catalog, or remove budget.maxUsd`,
    { path: 'cost', attempts: response.attempts },
  );
}

/** Returns the error of a step whose cost could not be determined, with the answer of the model and its attempts. */
export function costError(cause: unknown, { attempts, ...answer }: ChatResponse): LlmError {
  const { id, target, parts, text, usage } = answer;
  const partial = { id, target, parts, text, usage };
  if (LlmError.is(cause)) return withDetails(cause, { attempts, partial });
  const message = `${target}: \`cost\` failed: ${messageOf(cause)}; return the reasons in \`missing\` if the cost is unknown`;
  return new LlmError('config', message, { path: 'cost', attempts, partial }, { cause });
}

/** Returns the amounts that a failed model call has spent. An unknown cost counts as zero, because the run has already failed. */
export async function spentByFailure(
  error: unknown,
  cost: CostOf | undefined,
  clock: Pick<Clock, 'timer'>,
  ms: number,
): Promise<Spent> {
  const attempts: readonly Attempt[] = LlmError.is(error) ? error.details.attempts : [];
  const billed = attempts.filter(({ usage }) => usage !== undefined);
  const knownCost = async (): Promise<bigint> =>
    billed.length === 0 ? 0n : ((await cost?.({ attempts: billed }))?.nanoUsd ?? 0n);
  const nanoUsd = await withTimeout(knownCost(), FAILED_COST_MS, clock, { isBackground: true }).catch(
    () => 0n,
  );
  return { nanoUsd: String(nanoUsd), tokens: tokensOf(attempts), ms };
}
