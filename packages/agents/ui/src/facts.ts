import { LlmError, sumUsage, type ChatResponse, type Clock, type Usage } from '@majordomo/core';
import type { UiFacts, UiOptions } from './types.ts';

/** Maximum time to determine the cost, in milliseconds. */
const COST_MS = 1_000;
const SERVER_FAILED = 'The server failed.';

/** Returns the facts of a response without its cost. */
export function factsOf(responses: readonly ChatResponse[], error: LlmError | undefined): UiFacts {
  const usage = responses.map((response) => response.usage).reduce(sumOfKnown, undefined);
  const { details: _internal, ...counts } = usage ?? {};
  const attempts = responses.reduce((sum, response) => sum + response.attempts.length, 0);
  return {
    targets: [...new Set(responses.map(({ target }) => target))],
    usage: usage && (counts as Omit<Usage, 'details'>),
    finish: responses.at(-1)?.finish,
    attempts: attempts + (error?.details.attempts.length ?? 0),
    ...(error && { error: { kind: error.kind, retryAfterMs: error.details.retryAfterMs } }),
  };
}

/** Returns the cost of all steps, or an empty object if a cost is unknown or takes too long. Rejects if `cost` rejects. */
export async function costOf(
  responses: readonly ChatResponse[],
  cost: NonNullable<UiOptions['cost']>,
  clock: Clock,
): Promise<{ readonly nanoUsd?: string }> {
  let cancel = (): void => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = clock.timer(COST_MS, () => resolve(undefined));
  });
  const known = Promise.all(responses.map((response) => cost(response)));
  const costs = await Promise.race([known, timeout]).finally(() => cancel());
  const amounts = costs?.flatMap(({ nanoUsd }) => nanoUsd ?? []) ?? [];
  if (amounts.length === 0 || amounts.length < responses.length) return {};
  return { nanoUsd: String(amounts.reduce((sum, amount) => sum + amount)) };
}

/** Returns the error's message, or a general text if the error, or the cause of a `config` error, is not an `LlmError`. */
export function publicText(error: unknown): string {
  if (!LlmError.is(error)) return SERVER_FAILED;
  const isInternal = error.kind === 'config' && error.cause !== undefined && !LlmError.is(error.cause);
  return isInternal ? SERVER_FAILED : error.message;
}

const sumOfKnown = (sum: Usage | undefined, usage: Usage | undefined): Usage | undefined =>
  sum === undefined ? usage : sumUsage(sum, usage);
