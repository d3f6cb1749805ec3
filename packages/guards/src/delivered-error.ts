import {
  LlmError,
  type Attempt,
  type ChatResponse,
  type ErrorDetails,
  type PartialResponse,
} from '@majordomo/core';
import { withDetails } from '@majordomo/core/toolkit';

/** Kinds of errors whose cause may quote the answer, such as a `SyntaxError`. */
const MAY_QUOTE: ReadonlySet<string> = new Set(['protocol', 'truncated', 'empty', 'invalid-output']);

/**
 * Returns a copy of an error that contains only content which the caller has received. Partial content of the attempts' errors
 * and of the cause is removed, as are bodies of successful responses, because they may contain content that was not judged.
 */
export function deliveredError<E>(error: E, partial?: PartialResponse, more?: Partial<ErrorDetails>): E {
  if (!LlmError.is(error)) return error;
  const { status = 0, body, attempts, partial: received } = error.details;
  const copy = withDetails(error, {
    attempts: deliveredAttempts(attempts),
    body: status >= 400 ? body : undefined,
    ...more,
    partial,
  });
  if (LlmError.is(copy.cause)) copy.cause = deliveredError(copy.cause);
  else if (received !== undefined || MAY_QUOTE.has(error.kind)) delete copy.cause;
  return copy as E & LlmError;
}

export const deliveredAttempts = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.map((attempt) =>
    attempt.error === undefined ? attempt : { ...attempt, error: deliveredError(attempt.error) },
  );

/** Returns the paid attempts of a call that was refused. */
export async function attemptsOf(answer: Promise<ChatResponse> | undefined): Promise<Partial<ErrorDetails>> {
  if (answer === undefined) return {};
  try {
    const { attempts, target } = await answer;
    return { attempts: deliveredAttempts(attempts), target };
  } catch (error) {
    return LlmError.is(error) ? { attempts: deliveredAttempts(error.details.attempts) } : {};
  }
}
