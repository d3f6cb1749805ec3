import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError, type ErrorKind } from '@majordomo/core';
import { HttpCallError } from '@restatedev/restate-sdk-clients';
import { CHANGED, endedByChange } from './changed.ts';

/** What Restate answers when something failed. */
interface Failure {
  readonly message?: string;
  /** Of errors that this package threw there. */
  readonly metadata?: { readonly failure?: string };
}

/** Rejects with an `LlmError`: of the run's kind where that failed, else by what Restate answered. */
export async function clearly<T>(
  what: string,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (LlmError.is(error)) throw error;
    if (signal?.aborted === true)
      throw new LlmError('aborted', `${what}: nobody waits any more`, {}, { cause: error });
    if (!(error instanceof HttpCallError))
      throw new LlmError('network', `${what}: Restate did not answer`, {}, { cause: error });
    const { message = error.message, metadata } = failureIn(error.responseText);
    if (error.status === CHANGED) throw endedByChange(what, message, error);
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
  // What Restate says of a run that an operator has killed; no code of ours was there to say it.
  if (status === 409 && message === 'killed') return 'aborted';
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'auth';
  return status < 500 ? 'invalid-request' : 'server';
}
