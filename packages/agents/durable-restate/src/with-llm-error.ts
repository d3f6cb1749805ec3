import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError, type ErrorKind } from '@majordomo/core';
import { HttpCallError } from '@restatedev/restate-sdk-clients';
import { MISMATCH_STATUS, endedByMismatchError } from './mismatch.ts';

/** Body of an error response of Restate. */
interface Failure {
  readonly message?: string;
  /** Set for errors that this package threw. */
  readonly metadata?: { readonly failure?: string };
}

/** Converts a rejection to an `LlmError`: the failure of the run if the response contains it, otherwise the error of Restate. */
export async function withLlmError<T>(
  what: string,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (LlmError.is(error)) throw error;
    if (signal?.aborted === true)
      throw new LlmError('aborted', `${what}: the signal aborted the wait`, {}, { cause: error });
    if (!(error instanceof HttpCallError))
      throw new LlmError('network', `${what}: calling Restate failed; check ingress`, {}, { cause: error });
    const { message = error.message, metadata } = failureIn(error.responseText);
    if (error.status === MISMATCH_STATUS) throw endedByMismatchError(what, message, error);
    const failed = errorFromJson(metadata?.failure);
    throw new LlmError(
      failed?.kind ?? kindOf(error.status, message),
      `${what}: ${failed?.message ?? message}`,
      failed?.details ?? { status: error.status },
      { cause: error },
    );
  }
}

function failureIn(text: string): Failure {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return { message: text };
  }
}

function kindOf(status: number, message: string): ErrorKind {
  // Restate returns this message for a run that an operator has killed.
  if (status === 409 && message === 'killed') return 'aborted';
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'auth';
  return status < 500 ? 'invalid-request' : 'server';
}
