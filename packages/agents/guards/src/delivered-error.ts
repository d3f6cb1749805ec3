import { LlmError } from '@majordomo/core';
import type { Attempt, ChatResponse, ErrorDetails, PartialResponse } from '@majordomo/core';
import { withDetails } from '@majordomo/core/toolkit';

/** Kinds of errors whose cause, such as a `SyntaxError`, may quote the answer. */
const MAY_QUOTE: ReadonlySet<string> = new Set(['protocol', 'truncated', 'empty', 'invalid-output']);

/** Member of Groq's error responses that contains the answer that the vendor rejected. */
const REJECTED_ANSWER = '"failed_generation"';

/**
 * Returns a copy of an error without content that the caller has not received. Removes partial content of the attempts' errors, a
 * cause that may quote the answer, and the body of a response that was successful or contains a rejected answer.
 */
export function deliveredError<E>(error: E, partial?: PartialResponse, more?: Partial<ErrorDetails>): E {
  if (!LlmError.is(error)) return error;
  const { status = 0, body, attempts, partial: received } = error.details;
  const hasAnswer = body?.includes(REJECTED_ANSWER) === true;
  const mayQuote = received !== undefined || hasAnswer || MAY_QUOTE.has(error.kind);
  const copy = withDetails(error, {
    attempts: deliveredAttempts(attempts),
    body: status >= 400 && !hasAnswer ? body : undefined,
    ...more,
    partial,
  });
  if (mayQuote) delete copy.cause;
  else if (LlmError.is(copy.cause)) copy.cause = deliveredError(copy.cause);
  return copy as E & LlmError;
}

export const deliveredAttempts = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.map((attempt) =>
    attempt.error === undefined ? attempt : { ...attempt, error: deliveredError(attempt.error) },
  );

/** Returns the attempts and the target of the model's call, for the error with which the guarded call fails. */
export async function attemptsOf(answer: Promise<ChatResponse> | undefined): Promise<Partial<ErrorDetails>> {
  if (answer === undefined) return {};
  try {
    const { attempts, target } = await answer;
    return { attempts: deliveredAttempts(attempts), target };
  } catch (error) {
    return LlmError.is(error) ? { attempts: deliveredAttempts(error.details.attempts) } : {};
  }
}
