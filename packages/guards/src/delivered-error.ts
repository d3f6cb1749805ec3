import { LlmError, type Attempt, type ErrorDetails, type PartialResponse } from '@majordomo/core';
import { withDetails } from '@majordomo/core/toolkit';

/** Kinds of errors whose cause may quote the answer, such as a `SyntaxError`. */
const MAY_QUOTE: ReadonlySet<string> = new Set(['protocol', 'truncated', 'empty', 'invalid-output']);

/**
 * Returns a copy of an error that contains only content which the caller has received. Partial content of the attempts' errors
 * and of the cause is removed, as are bodies of successful responses, because they may contain content that was not judged.
 */
export function deliveredError(
  error: LlmError,
  partial?: PartialResponse,
  more?: Partial<ErrorDetails>,
): LlmError;
export function deliveredError(
  error: unknown,
  partial?: PartialResponse,
  more?: Partial<ErrorDetails>,
): unknown;
export function deliveredError(
  error: unknown,
  partial?: PartialResponse,
  more?: Partial<ErrorDetails>,
): unknown {
  if (!LlmError.is(error)) return error;
  const { status = 0, body, attempts, partial: received } = error.details;
  const copy = withDetails(error, {
    attempts: deliveredAttempts(attempts),
    body: status >= 400 ? body : undefined,
    ...more,
    partial,
  });
  const { cause } = copy;
  if (LlmError.is(cause)) copy.cause = deliveredError(cause);
  else if (received !== undefined || MAY_QUOTE.has(error.kind)) delete copy.cause;
  return copy;
}

export const deliveredAttempts = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.map((attempt) =>
    attempt.error === undefined ? attempt : { ...attempt, error: deliveredError(attempt.error) },
  );
